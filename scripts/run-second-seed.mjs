// npm run seed:second: tunes the forest of the second seed with examples/digits, evaluates it in a process of its own, and asks
// examples/server for the sample pictures. What comes of it is docs/reports/data/second-seed-run.json, with its pictures beside; where
// there is Chromium, the HTML report of the search is photographed. Under a minute.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadModel, modelStore } from "trellis-learn/node";
import { findChromium, installPlaywright, launchChromium } from "./chromium.mjs";
import { SERVER, startService } from "./digit-service.mjs";

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIGITS = pathOf("../examples/digits/");
const RUN = pathOf("../docs/reports/data/second-seed-run.json");
const PICTURES = pathOf("../docs/reports/pictures/");

const temporary = mkdtempSync(join(tmpdir(), "trellis-second-seed-"));
const report = join(temporary, "digits-report");

/** Runs a script of examples/digits, which leaves its files where npm was started. @returns what it prints */
function digits(script) {
  return execFileSync("npm", ["--prefix", DIGITS, "run", "--silent", script], { cwd: temporary, encoding: "utf8" });
}

/** What the service takes the sample pictures for, from 0 to 9. */
async function readSamples() {
  const STATE_DIR = join(temporary, "state");
  await modelStore(join(STATE_DIR, "models")).publish(
    "digits",
    await loadModel(join(report, "best-model.trellis")),
    {},
  );
  execFileSync(process.execPath, ["build.mjs"], { cwd: SERVER, stdio: "inherit" });
  const service = await startService({ ...process.env, STATE_DIR, NODE_ENV: "production" }, { script: "digits.js" });
  const predictions = [];
  for (let digit = 0; digit < 10; digit++) {
    const picture = readFileSync(join(DIGITS, "handwritten-digits", `digit_${digit}.png`));
    const form = new FormData();
    form.append("image", new Blob([picture]), "digit.png");
    const answer = await fetch(`${service.url}/predict_digit`, { method: "POST", body: form });
    predictions.push((await answer.json()).prediction);
  }
  await service.stop();
  return predictions;
}

async function photographReport(chromium) {
  installPlaywright(temporary);
  const browser = await launchChromium(chromium, temporary);
  const page = await browser.newPage({ viewport: { width: 1100, height: 1500 } });
  await page.goto(pathToFileURL(join(report, "report.html")).href);
  // As far as the first two pictures: the whole page is several screens long.
  const { y, height } = await page.locator("figure").nth(1).boundingBox();
  await page.screenshot({
    path: join(PICTURES, "search-report.png"),
    clip: { x: 0, y: 0, width: 1100, height: y + height + 8 },
  });
  await browser.close();
}

try {
  digits("start");
  const { tuningSeconds: _, ...findings } = JSON.parse(readFileSync(join(report, "report.json"), "utf8"));
  const evaluated = digits("evaluate");
  const run = {
    ...findings,
    evaluatedAlone: Number(/^accuracy ([\d.]+)$/m.exec(evaluated)[1]),
    samplePictures: await readSamples(),
  };
  writeFileSync(RUN, `${JSON.stringify(run, null, 2)}\n`);
  for (const name of ["history", "importances", "slices", "best-confusion"]) {
    copyFileSync(join(report, `${name}.png`), join(PICTURES, `tuning-${name}.png`));
  }
  const chromium = findChromium();
  if (chromium) await photographReport(chromium);
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}

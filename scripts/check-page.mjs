// npm run check:page: opens the page of examples/server in headless Chromium, on a desktop and on a phone, and uses it as people do:
// draws by pointer, by finger and by keyboard, compares with the server, starts a training and watches it, looks at the results,
// loses the service and finds it again. Nothing may reach the console. Photographs go to docs/pictures with `--pictures`.
// Needs Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path) and the npm registry.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "../examples/server/ui/build.mjs";
import { findChromium, launchChromium, MISSING, PLAYWRIGHT } from "./chromium.mjs";
import { startStandIn } from "./page-stand-in.mjs";

const PICTURES = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DESKTOP = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const NARROW = { viewport: { width: 360, height: 740 } };

const chromium = findChromium();
if (!chromium) {
  console.error(MISSING);
  process.exit(1);
}
const takePictures = process.argv.includes("--pictures");
const temporary = mkdtempSync(join(tmpdir(), "trellis-page-"));
const folders = { page: join(temporary, "page"), models: process.env.PAGE_MODELS ?? join(temporary, "models") };
writeFileSync(join(temporary, "package.json"), JSON.stringify({ private: true }));
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", PLAYWRIGHT], {
  cwd: temporary,
  stdio: ["ignore", "ignore", "inherit"],
});
await buildPage(folders.page);
let service = await startStandIn(folders);
const browser = await launchChromium(chromium, temporary);
let failures = 0;

/** Opens the page in a window of its own, does the work, and looks at what reached the console. */
async function inWindow(window, name, work, { allows = /^$/ } = {}) {
  const context = await browser.newContext(window);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(error.message));
  const started = performance.now();
  try {
    await work(page);
    assert.deepEqual(
      said.filter((text) => !allows.test(text)),
      [],
      "the console is quiet",
    );
    console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    failures++;
    console.log(`FAILED: ${name}: ${error.message}`);
    if (said.length > 0) console.log(`  console: ${said.join("\n  ")}`);
    await page.screenshot({ path: join(tmpdir(), "check-page-failure.png") });
  }
  await context.close();
}

async function photograph(page, name, options = {}) {
  if (takePictures) await page.screenshot({ path: join(PICTURES, `${name}.png`), ...options });
}

/** Positions of a pen that writes a seven, as shares of the sheet. */
const SEVEN = [
  [0.28, 0.22],
  [0.5, 0.21],
  [0.74, 0.22],
  [0.64, 0.42],
  [0.54, 0.62],
  [0.46, 0.84],
];

async function drawSeven(page) {
  const box = await page.getByLabel("Sheet to draw a digit on").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(SEVEN[0]));
  await page.mouse.down();
  for (const point of SEVEN.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
  await page.mouse.up();
}

const ensemble = (page) => page.getByRole("region", { name: "Ensemble" });
const digitOf = (page) => ensemble(page).locator(".digit").textContent();
/** Waits until the ensemble sees a digit. */
const sees = (page, digit) =>
  ensemble(page)
    .locator(".digit", { hasText: new RegExp(`^${digit}$`) })
    .waitFor();

const isWide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

try {
  await inWindow(DESKTOP, "drawing with a mouse, on a desktop", async (page) => {
    await page.goto(`${service.url}/ui/`);
    assert.equal(await page.evaluate(() => crossOriginIsolated), true, "the page is isolated");
    await drawSeven(page);
    await sees(page, 7);
    assert.equal(await page.locator(".small-answer").count(), 5);
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".digit")].every((each) => /\d/.test(each.textContent)),
    );
    await page.getByText("In this page, by the library").waitFor();

    await page.getByLabel("Compare with the server").check();
    await ensemble(page).getByText("Server: 7").waitFor();
    const said = await ensemble(page).locator(".comparison").textContent();
    assert.match(said, /the same bits|e-([6-9]|\d\d) apart/);
    await photograph(page, "page-draw");

    await page.getByRole("button", { name: "Undo" }).click();
    assert.equal(await digitOf(page), "–");
    for (const digit of [0, 1, 2, 3]) {
      await page.getByRole("button", { name: "Example" }).click();
      await sees(page, digit);
    }
    await page.getByRole("button", { name: "Clear" }).click();
    await sees(page, "–");
  });

  await inWindow(DESKTOP, "drawing by keyboard", async (page) => {
    await page.goto(`${service.url}/ui/`);
    await page.getByLabel("Sheet to draw a digit on").focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    await page.getByRole("status").getByText("Pen down").waitFor();
    for (let i = 0; i < 16; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await sees(page, 1);
    await page.getByRole("status").getByText("Ensemble: 1").waitFor();
    await page.keyboard.press("Backspace");
    await sees(page, "–");
  });

  await inWindow({ ...PHONE, colorScheme: "dark" }, "drawing with a finger, on a phone", async (page) => {
    await page.goto(`${service.url}/ui/`);
    const box = await page.getByLabel("Sheet to draw a digit on").boundingBox();
    const touch = await page.context().newCDPSession(page);
    const at = ([x, y]) => [{ x: box.x + x * box.width, y: box.y + y * box.height }];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(SEVEN[0]) });
    for (const point of SEVEN.slice(1)) {
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(point) });
    }
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await sees(page, 7);
    assert.equal(await page.evaluate(() => scrollY), 0, "drawing does not scroll");
    assert.equal(await isWide(page), false, "nothing is wider than the phone");
    await photograph(page, "page-phone");
  });

  await inWindow(
    DESKTOP,
    "training",
    async (page) => {
      await page.goto(`${service.url}/ui/#results`);
      await page.getByText("No results yet").waitFor();
      await page.getByRole("link", { name: "Train the models" }).click();
      await page.getByText("65 candidates × 3 folds, 195 fits").waitFor();
      await page.getByRole("button", { name: "Start training" }).click();
      await page.getByText("running", { exact: true }).waitFor();
      await page.getByRole("img", { name: /^Best score so far: .*Boosted trees/ }).waitFor();
      await page.getByRole("img", { name: /^Loss: Dense net/ }).waitFor();

      await page.reload();
      await page.getByText(/^2[0-9] of 27$/).waitFor();
      await page.goto(`${service.url}/ui/#train/new`);
      await page.getByRole("checkbox", { name: "Convolutional net" }).uncheck();
      await page.getByRole("button", { name: "Start training" }).click();
      await page.getByText("Another training runs").waitFor();
      await page.getByRole("link", { name: "Watch the training that runs" }).click();
      await page.getByText(/^[4-6] of 6$/).waitFor();
      await photograph(page, "page-train", { fullPage: true });
      await page.getByText("completed", { exact: true }).waitFor({ timeout: 30_000 });
      await page.getByText("Ensemble 91").waitFor();
    },
    { allows: /404 \(Not Found\)|409 \(Conflict\)/ },
  );

  await inWindow(DESKTOP, "results", async (page) => {
    await page.goto(`${service.url}/ui/#results`);
    await page.getByRole("row", { name: /best/ }).waitFor();
    assert.equal(await page.locator(".results-table tbody tr").count(), 5);
    await page.getByLabel("Model").selectOption("svm");
    assert.equal(await page.locator(".heat-map tbody td").count(), 100);
    await photograph(page, "page-results", { fullPage: true });
    await page.getByRole("link", { name: /20\d\d/ }).click();
    await page.getByText("completed", { exact: true }).waitFor();
  });

  await inWindow(DESKTOP, "cancelling a training", async (page) => {
    await page.goto(`${service.url}/ui/#train`);
    await page.getByRole("button", { name: "Start training" }).click();
    await page.getByRole("button", { name: "Cancel training" }).click();
    await page.getByText("cancelled", { exact: true }).waitFor();
  });

  for (const view of ["draw", "train", "results"]) {
    await inWindow(NARROW, `360 pixels wide: ${view}`, async (page) => {
      await page.goto(`${service.url}/ui/#${view}`);
      await page.waitForLoadState("networkidle");
      assert.equal(await isWide(page), false, "nothing is wider than the window");
    });
  }

  await inWindow(
    DESKTOP,
    "a service that goes and comes back",
    async (page) => {
      await page.goto(`${service.url}/ui/`);
      const port = Number(new URL(service.url).port);
      await service.close();
      await page.goto(`${service.url}/ui/#results`);
      await page.getByText("it goes on by itself").waitFor();
      service = await startStandIn({ ...folders, port });
      await page.getByText("No results yet").waitFor();
      await page.getByText("it goes on by itself").waitFor({ state: "detached" });
    },
    { allows: /ERR_|404/ },
  );
} finally {
  await browser.close();
  await service.close();
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
console.log(failures === 0 ? "The page works wherever it was tried." : `${failures} failures.`);
process.exitCode = failures === 0 ? 0 : 1;

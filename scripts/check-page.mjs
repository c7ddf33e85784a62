// npm run check:page: starts examples/server with models of its own and opens its page in headless Chromium, on a desktop and on a
// phone, and uses it as people do: draws by pointer, by finger and by keyboard, compares with the server, starts a training and watches
// it, looks at the results, loses the service and finds it again. Nothing may reach the console. `--pictures` keeps photographs of drawing
// in docs/pictures; npm run seed:first takes those of a training. STATE_DIR names a folder to keep the models in; TRAIN_ROWS says of how
// many images, default 1500.
// Needs Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path) and the npm registry.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, installPlaywright, launchChromium, MISSING } from "./chromium.mjs";
import { SERVER, startService } from "./digit-service.mjs";

const PICTURES = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DESKTOP = { viewport: { width: 1280, height: 1000 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** Milliseconds that a step of a training may take on a slow machine. */
const PATIENCE = 120_000;
const NARROW = { viewport: { width: 360, height: 740 } };

const chromium = findChromium();
if (!chromium) {
  console.error(MISSING);
  process.exit(1);
}
const takePictures = process.argv.includes("--pictures");
const temporary = mkdtempSync(join(tmpdir(), "trellis-page-"));
const { TRAIN_ROWS = "1500", STATE_DIR = join(temporary, "state") } = process.env;
const environment = { TRAIN_NICE: "0", ...process.env, TRAIN_ROWS, STATE_DIR, NODE_ENV: "production" };
installPlaywright(temporary);
execFileSync(process.execPath, ["build.mjs"], { cwd: SERVER, stdio: "inherit" });
execFileSync(process.execPath, ["dist/train-models.js"], { cwd: SERVER, env: environment, stdio: "inherit" });

let service = await startService(environment);
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

async function photograph(page, name) {
  if (takePictures) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
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
    assert.match(said, /the same bits|equal to ([6-9]|\d\d) decimals/);
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

  await inWindow(DESKTOP, "drawing where there are no workers", async (page) => {
    await page.addInitScript("delete globalThis.Worker");
    await page.goto(`${service.url}/ui/`);
    await page.getByText("so the server is asked").waitFor();
    await drawSeven(page);
    await sees(page, 7);
  });

  await inWindow(
    DESKTOP,
    "training",
    async (page) => {
      const fill = (name, values) => page.getByRole("textbox", { name }).fill(values);
      await page.goto(`${service.url}/ui/#train`);
      await page.getByText("65 candidates × 3 folds, 195 fits").waitFor();
      await page.getByRole("checkbox", { name: "Convolutional net" }).uncheck();
      await fill("epochs of Dense net", "");
      await page.getByRole("button", { name: "Start training" }).click();
      await page.getByText("Every parameter of Dense net needs values").waitFor();
      await fill("epochs of Dense net", "1, 2");
      await fill("max_depth of Boosted trees", "2");
      await fill("n_estimators of Boosted trees", "3, 6");
      await page.getByRole("button", { name: "Start training" }).click();
      await page.getByText("running", { exact: true }).waitFor();
      await page.getByRole("img", { name: /^Best score so far: Dense net/ }).waitFor({ timeout: PATIENCE });

      await page.goto(`${service.url}/ui/#train/new`);
      await page.getByRole("button", { name: "Start training" }).click();
      await page.getByText("Another training runs").waitFor();
      await page.getByRole("link", { name: "Watch the training that runs" }).click();
      await page.reload();
      await page.getByRole("img", { name: /^Best score so far: .*Support vectors/ }).waitFor({ timeout: PATIENCE });
      await page.getByText("completed", { exact: true }).waitFor({ timeout: PATIENCE });
      await page.getByRole("img", { name: /^Loss: Dense net/ }).waitFor();
      await page.getByText(/^Ensemble \d\d/).waitFor();
    },
    { allows: /409 \(Conflict\)/ },
  );

  await inWindow(DESKTOP, "results", async (page) => {
    await page.goto(`${service.url}/ui/#results`);
    await page.getByRole("row", { name: /best/ }).waitFor();
    assert.equal(await page.locator(".results-table tbody tr").count(), 4);
    await page.getByLabel("Model").selectOption("svm");
    assert.equal(await page.locator(".heat-map tbody td").count(), 100);
    await page
      .getByRole("link", { name: /20\d\d/ })
      .first()
      .click();
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
      const { port } = new URL(service.url);
      await page.goto(`${service.url}/ui/`);
      await service.stop();
      await page.goto(`${service.url}/ui/#results`);
      await page.getByText("it goes on by itself").waitFor();
      service = await startService(environment, { port });
      await page.getByRole("row", { name: /best/ }).waitFor();
      await page.getByText("it goes on by itself").waitFor({ state: "detached" });
    },
    { allows: /ERR_/ },
  );
} finally {
  await browser.close();
  await service.stop();
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
console.log(failures === 0 ? "The page works wherever it was tried." : `${failures} failures.`);
process.exitCode = failures === 0 ? 0 : 1;

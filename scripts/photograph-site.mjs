// Photographs the docs site for docs/reports: npm run docs && node scripts/photograph-site.mjs. Needs Chromium (on Debian: apt-get
// install chromium; elsewhere set CHROMIUM to its path) and the npm registry.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChromium, installPlaywright, launchChromium, MISSING } from "./chromium.mjs";

const PAGE = fileURLToPath(new URL("../docs/site/classes/trellis-learn.RandomForestClassifier.html", import.meta.url));
const PICTURE = fileURLToPath(new URL("../docs/reports/pictures/docs-site.png", import.meta.url));

const chromium = findChromium();
if (!chromium) throw new Error(MISSING);
const temporary = mkdtempSync(join(tmpdir(), "trellis-site-"));
try {
  installPlaywright(temporary);
  const browser = await launchChromium(chromium, temporary);
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(pathToFileURL(PAGE).href);
  await page.screenshot({ path: PICTURE });
  await browser.close();
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}

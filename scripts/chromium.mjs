// Chromium for the checks that need a page (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path), and
// Playwright to drive it, which comes from the npm registry into a folder of the caller's.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const PLAYWRIGHT = "playwright-core@1.65.1";
export const MISSING = "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path";

/** The command that starts Chromium, or undefined. */
export function findChromium() {
  return [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"].find(
    (name) => name && spawnSync(name, ["--version"]).status === 0,
  );
}

/** Makes a folder a project that has PLAYWRIGHT installed. */
export function installPlaywright(folder) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", PLAYWRIGHT], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Starts a headless Chromium; `folder` is a project that has PLAYWRIGHT installed. */
export function launchChromium(command, folder) {
  const { chromium } = createRequire(join(folder, "package.json"))("playwright-core");
  const executablePath = execFileSync("sh", ["-c", `command -v "${command}"`], { encoding: "utf8" }).trim();
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** What the page at `url` leaves in `globalThis.answer`; `error` if that is nothing in so many milliseconds. */
export async function answerOfPage(browser, url, patience = 60_000) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);
  try {
    const answer = await page.waitForFunction("globalThis.answer", undefined, { timeout: patience });
    return await answer.jsonValue();
  } catch (error) {
    return { error: `no answer (${error.message}); ${problems}` };
  } finally {
    await page.close();
  }
}

// npm run check:package: packs the package, installs it into fresh projects as its users would, and asks each of them for the
// same models: Node by import and by require(), Deno and Bun, pages built by Vite, webpack and esbuild or not at all, in
// headless Chromium with and without cross-origin isolation. All must give the same bits on two workers. Beside that: a
// strict TypeScript compile, what an installation brings, and the first guide as a newcomer types it.
// Needs the npm registry and Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path).
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDenoAndBun } from "./check-package/deno-and-bun.mjs";
import { checkEsbuild } from "./check-package/esbuild.mjs";
import { checkFirstGuide } from "./check-package/first-guide.mjs";
import { checkInstalled } from "./check-package/installed.mjs";
import { checkNode } from "./check-package/node.mjs";
import { checkPlainPage } from "./check-package/plain-page.mjs";
import { makeProject } from "./check-package/project.mjs";
import { checkTypeScript } from "./check-package/typescript.mjs";
import { checkVite } from "./check-package/vite.mjs";
import { checkWebpack } from "./check-package/webpack.mjs";
import { findChromium, launchChromium, MISSING, PLAYWRIGHT } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "trellis-package-"));
const failures = [];
let first;

/** Prints what a consumer said, and keeps what is wrong with it. */
function note({ consumer, answer, says, fault }) {
  const { digest, workers = 0, warnings = [], error } = answer ?? {};
  const spoken =
    says ?? [digest ?? "no answer", `${workers} workers`, ...warnings, ...(error ? [error] : [])].join(", ");
  console.log(`${consumer}: ${spoken}`);
  if (fault) failures.push(`${consumer}: ${fault}`);
  if (!answer) return;
  first ??= { consumer, digest };
  if (digest === undefined) failures.push(`${consumer} gave no answer`);
  else if (digest !== first.digest) failures.push(`${consumer} gave other bits than ${first.consumer}`);
  if (workers !== 2) failures.push(`${consumer} worked on ${workers} workers, not on 2`);
}

async function noteAll(checks, setting) {
  for (const check of checks) for await (const finding of check(setting)) note(finding);
}

try {
  const packed = ["pack", "--json", "--loglevel=error", "--pack-destination", temporary];
  const told = JSON.parse(execFileSync("npm", packed, { cwd: root, encoding: "utf8" }));
  const [{ filename, size, unpackedSize }] = Array.isArray(told) ? told : Object.values(told);
  console.log(`${filename}: ${(size / 1e6).toFixed(2)} MB, unpacked ${(unpackedSize / 1e6).toFixed(2)} MB`);
  const { devDependencies: versions } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const setting = { tarball: join(temporary, filename), temporary, versions };
  await noteAll([checkInstalled, checkFirstGuide, checkNode, checkTypeScript, checkDenoAndBun], setting);
  const chromium = findChromium();
  if (chromium) {
    const browser = await launchChromium(chromium, makeProject(temporary, "playwright", {}, [PLAYWRIGHT]));
    try {
      await noteAll([checkVite, checkWebpack, checkEsbuild, checkPlainPage], { ...setting, browser });
    } finally {
      await browser.close();
    }
  } else failures.push(`No page was opened. ${MISSING}`);
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "The package works everywhere it was tried." : `${failures.length} checks failed.`);
process.exitCode = failures.length === 0 ? 0 : 1;

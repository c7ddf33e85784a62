// npm run check:package: packs the package, installs it into fresh projects as its users would, and asks each of them for
// the same forest: Node as ESM and as CommonJS, a strict TypeScript compile, and Vite pages in headless Chromium, built and
// from the development server, each with and without cross-origin isolation. All must give the same bits on two workers.
// Needs the npm registry and Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path).
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChromium, launchChromium, MISSING, PLAYWRIGHT } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "trellis-package-"));
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** What every consumer computes: a forest, boosted trees, a support vector machine and a neural net on two workers, as a digest of the bytes of their answers. */
const fit = `
async function answersOf({ GradientBoostingClassifier, KerasStyleClassifier, Matrix, RandomForest, SVC, threadPool }, { makeClassification }) {
  const options = { nSamples: 4000, nFeatures: 20, nInformative: 8, nClasses: 3, randomState: 1 };
  const made = makeClassification(options);
  const { y } = made;
  // Normal deviates come from Math.log, whose last bits are the engine's; f32 has them rounded away.
  const X = new Matrix(Float32Array.from(made.X.data), made.X.rows, made.X.cols);
  // Nets have the same bits in all engines by portable kernels.
  const pool = threadPool({ workers: 2, kernels: "portable" });
  const forest = await new RandomForest({ nEstimators: 200, randomState: 7 }).fit(X, y, { pool });
  const boosted = await new GradientBoostingClassifier({ nEstimators: 30, subsample: 0.8, randomState: 7 }).fit(X, y, { pool });
  const machine = await new SVC({ probability: true, randomState: 7 }).fit(X, y, { pool });
  const net = await new KerasStyleClassifier({ epochs: 3, randomState: 7 }).fit(X, y, { pool });
  const answers = [await forest.predictProba(X, { pool }), await boosted.decisionFunction(X, { pool })];
  answers.push(await machine.predictProba(X, { pool }), await net.predictProba(X, { pool }));
  await pool.close();
  let digest = 0xcbf29ce484222325n; // FNV-1a of 64 bits
  for (const { data } of answers) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return digest.toString(16);
}
`;
const inNode = `
let workers = 0;
process.on("worker", () => workers++);
const report = (digest) => console.log(JSON.stringify({ digest, workers }));
${fit}`;
const inPage = `
import * as trellis from "trellis-learn";
import * as datasets from "trellis-learn/datasets";
let workers = 0;
const Native = globalThis.Worker;
globalThis.Worker = class extends Native {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => workers++, { once: true });
  }
};
const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));
${fit}
answersOf(trellis, datasets).then(
  (digest) => { globalThis.result = { digest, workers, isolated: crossOriginIsolated, warnings }; },
  (error) => { globalThis.result = { error: String(error?.stack ?? error) }; },
);
`;
const typed = `
import { GridSearchCV, type Matrix, RandomForest, trainTestSplit } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { loadModel } from "trellis-learn/node";

const { X, y } = loadIris();
const model: RandomForest = await new RandomForest({ nEstimators: 10 }).fit(X, y);
const probabilities: Matrix = await model.predictProba(X);
const search = new GridSearchCV({ estimator: model, paramGrid: { maxDepth: [2, null], criterion: ["gini", "entropy"] } });
// @ts-expect-error a misspelt parameter does not compile
new RandomForest({ nTrees: 10 });
// @ts-expect-error nor does one in a grid
new GridSearchCV({ estimator: model, paramGrid: { nTrees: [10] } });
export const all = [probabilities.rows, search, trainTestSplit, (await loadModel("model", RandomForest)).trees];
`;

const failures = [];
const results = [];

function project(name, files, packages) {
  const folder = join(temporary, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return folder;
}

/** Notes what a consumer said; `workers` counts those that answered. */
function note(consumer, { digest, workers, warnings = [], error, isolated }) {
  results.push({ consumer, digest, workers, isolated });
  const said = error ?? warnings.join("; ");
  console.log(`${consumer}: ${digest ?? "no result"}, ${workers ?? 0} workers${said ? `, said: ${said}` : ""}`);
  if (digest === undefined) failures.push(`${consumer} gave no result`);
  else if (digest !== results[0].digest) failures.push(`${consumer} gave other bits than ${results[0].consumer}`);
  if (workers !== 2) failures.push(`${consumer} worked on ${workers ?? 0} workers, not on 2`);
}

function checkNode(tarball) {
  const folder = project(
    "node",
    {
      "esm.mjs": `import * as trellis from "trellis-learn";\nimport * as datasets from "trellis-learn/datasets";\n${inNode}\nreport(await answersOf(trellis, datasets));`,
      "commonjs.cjs": `${inNode}\nanswersOf(require("trellis-learn"), require("trellis-learn/datasets")).then(report);`,
      "typed.ts": typed,
    },
    [tarball, `typescript@${devDependencies.typescript}`, `@types/node@${devDependencies["@types/node"]}`],
  );
  for (const [consumer, file] of [
    ["Node, ESM", "esm.mjs"],
    ["Node, CommonJS", "commonjs.cjs"],
  ]) {
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
    note(consumer, stdout.startsWith("{") ? JSON.parse(stdout) : { error: stderr });
  }
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const flags = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--target", "es2022", "--types", "node"];
    const tsc = [join(folder, "node_modules/typescript/bin/tsc"), ...flags, "--module", module];
    const { status, stdout } = spawnSync(
      process.execPath,
      [...tsc, "--moduleResolution", moduleResolution, "--lib", "es2022,dom", "typed.ts"],
      { cwd: folder, encoding: "utf8" },
    );
    console.log(`TypeScript, ${moduleResolution}: ${status === 0 ? "compiles" : `does not compile\n${stdout}`}`);
    if (status !== 0) failures.push(`a TypeScript consumer (${moduleResolution}) does not compile`);
  }
}

async function checkBrowser(tarball) {
  const chromium = findChromium();
  if (!chromium) {
    failures.push(`No page was opened. ${MISSING}`);
    return;
  }
  const files = { "index.html": '<!doctype html><script type="module" src="./main.js"></script>', "main.js": inPage };
  const folder = project("vite", files, [tarball, "vite@8", PLAYWRIGHT]);
  const vite = await import(pathToFileURL(join(folder, "node_modules/vite/dist/node/index.js")).href);
  const browser = await launchChromium(chromium, folder);
  const quiet = { root: folder, logLevel: "error" };
  const open = async (consumer, server) => {
    const page = await browser.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(server.resolvedUrls.local[0]);
    const seen = page.waitForFunction("globalThis.result", undefined, { timeout: 60_000 });
    note(
      consumer,
      await seen.then(
        (it) => it.jsonValue(),
        () => ({ error: `no result in 60 s; ${problems}` }),
      ),
    );
    await page.close();
    await server.close();
  };
  try {
    await vite.build(quiet);
    for (const headers of [isolation, {}]) {
      const how = headers === isolation ? "isolated" : "not isolated";
      await open(`Vite ${vite.version} build, ${how}`, await vite.preview({ ...quiet, preview: { headers } }));
      const server = await vite.createServer({ ...quiet, server: { headers } });
      await open(`Vite ${vite.version} dev server, ${how}`, await server.listen());
    }
  } finally {
    await browser.close();
  }
}

try {
  const packed = ["pack", "--json", "--loglevel=error", "--pack-destination", temporary];
  const answer = JSON.parse(execFileSync("npm", packed, { cwd: root, encoding: "utf8" }));
  const [{ filename, size, unpackedSize }] = Array.isArray(answer) ? answer : Object.values(answer);
  console.log(`${filename}: ${(size / 1024).toFixed(0)} kB, unpacked ${(unpackedSize / 1024).toFixed(0)} kB`);
  const tarball = join(temporary, filename);
  checkNode(tarball);
  await checkBrowser(tarball);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "The package works everywhere it was tried." : `${failures.length} checks failed.`);
process.exitCode = failures.length === 0 ? 0 : 1;

// Trains the five families of examples/mnist on the very rows of the first seed, so that its published figures can be held against ours
// one by one; what comes of it is docs/reports/data/first-seed-rows.json. `npm run seed:first` runs it, and it takes as long as the training.
//
// The seed's table tells its rows: its CV scores are means over folds of 3,000, 3,000 and 2,999 images, so it trained on 8,999, not on
// 9,000: an image of t10k was lost before the split. It was the first, as a file of comma-separated values loses the row that is taken for
// its header: without it our SVC has the seed's CV score, accuracy and recall, digit for digit.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { threadPool } from "trellis-learn";
import { consoleProgress } from "trellis-learn/node";
import { memoryTracker } from "trellis-learn/tracking";
import { loadTestImages, split } from "./mnist-rows.mjs";

const OUT = fileURLToPath(new URL("../docs/reports/data/first-seed-rows.json", import.meta.url));
const MNIST = fileURLToPath(new URL("../examples/mnist/", import.meta.url));

/** What examples/mnist, which is TypeScript, trains with. */
async function mnistExample() {
  const outfile = join(MNIST, "dist/parts.js");
  await build({
    stdin: {
      contents: `export * from "./families.js"; export * from "./report-folder.js"; export * from "./train.js";`,
      resolveDir: join(MNIST, "src"),
    },
    ...{ outfile, bundle: true, packages: "external", platform: "node", format: "esm", tsconfigRaw: {} },
  });
  return import(outfile);
}

async function rowsOfSeed() {
  const { X, y } = await loadTestImages();
  const kept = Uint32Array.from({ length: X.rows - 1 }, (_, i) => i + 1);
  return { ...split({ X: X.take(kept), y: y.subarray(1) }), untouched: null };
}

/** With the names of the seed's answers. */
const entryOf = ({ cvScore, bestParams, test: { confusion: _, ...scores } }) => ({
  best_params: bestParams,
  accuracy: cvScore,
  test_accuracy: scores.accuracy,
  test_loss: scores.logLoss,
  roc_auc_score: scores.rocAuc,
  recall: scores.recall,
});

const { families, ReportFolder, trainFamily, vote } = await mnistExample();
const temporary = mkdtempSync(join(tmpdir(), "trellis-first-seed-"));
const folder = new ReportFolder(temporary);
const tracker = memoryTracker();
const pool = threadPool();
try {
  const data = await rowsOfSeed();
  const trained = [];
  for (const family of families) {
    const onEvent = consoleProgress({ name: family.name });
    trained.push(await trainFamily(family, data, folder, tracker, { pool, onEvent }));
  }
  const ensemble = await vote(trained, data, folder, tracker, { pool });
  const run = {
    node: process.version,
    train_rows: data.train.X.rows,
    models: Object.fromEntries(trained.map(({ outcome }) => [outcome.name, entryOf(outcome)])),
    ensemble: entryOf(ensemble.outcome),
  };
  writeFileSync(OUT, `${JSON.stringify(run, null, 2)}\n`);
} finally {
  await pool.close();
  rmSync(temporary, { recursive: true, force: true });
}

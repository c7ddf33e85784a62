/** Trains, tunes and ensembles classifiers on MNIST, and leaves a folder with models, results and pictures. */
import { relative } from "node:path";
import { threadPool } from "trellis-learn";
import { consoleProgress } from "trellis-learn/node";
import { runCommand } from "./command.js";
import { loadData } from "./data.js";
import { families } from "./families.js";
import { logBestOfAll } from "./log-outcomes.js";
import { HELP, type Options, readOptions } from "./options.js";
import { ReportFolder } from "./report-folder.js";
import { openRuns } from "./runs.js";
import { table } from "./table.js";
import { bestOf, type Outcome, type Trained, trainFamily, vote } from "./train.js";

async function run(options: Options, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const folder = new ReportFolder(options.out);
  await folder.create();
  const data = await loadData(options.full, options.rows);
  const count = (rows: number) => rows.toLocaleString("en");
  console.log(`MNIST: ${count(data.train.X.rows)} images to learn from, ${count(data.test.X.rows)} to test with\n`);

  const { tracker, close } = openRuns("mnist");
  const pool = threadPool(options.workers === null ? {} : { workers: options.workers });
  const chosen = families.filter(({ name }) => options.only.includes(name));
  const trained: Trained[] = [];
  let whereRunsAre: string;
  try {
    for (const family of chosen) {
      const onEvent = consoleProgress({ name: family.name.padEnd(8) });
      trained.push(await trainFamily(family, data, folder, tracker, { pool, signal, onEvent }));
    }
    await logBestOfAll(tracker, bestOf(trained));
    if (chosen.length > 1) trained.push(await vote(trained, data, folder, tracker, { pool, signal }));
  } finally {
    await pool.close();
    whereRunsAre = await close();
  }

  const outcomes = trained.map(({ outcome }) => outcome);
  const best = bestOf(trained).outcome;
  const seconds = (performance.now() - started) / 1000;
  const { full, rows } = options;
  const report = { full, rows, node: process.version, seconds, bestModel: best.name, models: outcomes };
  await folder.write("report.json", `${JSON.stringify(report, null, 2)}\n`);
  print(outcomes, best, folder, seconds);
  console.log(whereRunsAre);
}

function print(outcomes: readonly Outcome[], best: Outcome, folder: ReportFolder, seconds: number): void {
  const header = ["model", "CV score", "accuracy", "log loss", "ROC AUC", "recall", "precision", "F1", "seconds"];
  const lines = (pick: (outcome: Outcome) => Outcome["untouched"]) =>
    outcomes.map((outcome) => {
      const s = pick(outcome);
      const figures = s === null ? [] : [s.accuracy, s.logLoss, s.rocAuc, s.recall, s.precision, s.f1];
      const four = [outcome.cvScore, ...figures].map((value) => value?.toFixed(4) ?? "");
      return [outcome.name, ...four, outcome.seconds.toFixed(1)];
    });
  console.log(`\n${table([header, ...lines(({ test }) => test)])}`);
  if (best.untouched !== null) {
    console.log(`\nOn the 10,000 images of t10k, which took no part in the training:`);
    console.log(table([header, ...lines(({ untouched }) => untouched)]));
  }
  const params = Object.entries(best.bestParams ?? {}).map(([name, value]) => `${name} ${String(value)}`);
  console.log(`\nBest by CV score: ${best.name} with ${params.join(", ")}`);
  console.log(`Models, results and pictures are in ${relative(process.env.INIT_CWD ?? ".", folder.path) || "."}`);
  console.log(`Done in ${seconds.toFixed(1)} s`);
  for (const note of folder.notes) console.log(note);
}

await runCommand(async (args, signal) => {
  const options = readOptions(args);
  if (options.help) console.log(HELP);
  else await run(options, signal);
});

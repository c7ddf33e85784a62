/** Trains, tunes and ensembles classifiers on MNIST, and leaves a folder with models, results and pictures. */
import { relative } from "node:path";
import { threadPool } from "trellis-learn";
import { loadData } from "./data.js";
import { families } from "./families.js";
import { logBestOfAll } from "./log-outcomes.js";
import { HELP, type Options, readOptions, UsageError } from "./options.js";
import { ReportFolder } from "./report-folder.js";
import { openRuns } from "./runs.js";
import { table } from "./table.js";
import { type Outcome, trainFamily, vote } from "./train.js";

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
  const outcomes: Outcome[] = [];
  let best: Outcome;
  let whereRunsAre: string;
  try {
    for (const family of chosen) outcomes.push(await trainFamily(family, data, folder, tracker, { pool, signal }));
    best = outcomes.reduce((a, b) => (b.cvScore! > a.cvScore! ? b : a));
    await logBestOfAll(tracker, best, chosen.find(({ name }) => name === best.name)!);
    if (chosen.length > 1) outcomes.push(await vote(chosen, data, folder, tracker, { pool, signal }));
  } finally {
    await pool.close();
    whereRunsAre = await close();
  }

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

/** The first Ctrl-C stops the training, and the next one would end the process on the spot. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

async function main(): Promise<number> {
  const signal = stopOnSignals();
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) console.log(HELP);
    else await run(options, signal);
    return 0;
  } catch (error) {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K"); // The line of a progress display may stand there.
    if (signal.aborted) {
      console.error("Stopped.");
      return 130;
    }
    console.error(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError) && process.env.DEBUG !== undefined) console.error(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main();

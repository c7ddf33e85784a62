/** Tunes a random forest on handwritten digits, and leaves a folder with the report and the models. */
import { relative } from "node:path";
import { runCommand } from "mnist-example/command";
import { ReportFolder } from "mnist-example/report-folder";
import { openRuns } from "mnist-example/runs";
import { table } from "mnist-example/table";
import { threadPool } from "trellis-learn";
import { consoleProgress, searchJournal } from "trellis-learn/node";
import type { Tracker } from "trellis-learn/tracking";
import { loadData } from "./data.js";
import { HELP, readTuneOptions, type TuneOptions } from "./options.js";
import { type Findings, outcomeRows } from "./report.js";
import { digitsTuner, fitBaseline, tune } from "./tune.js";
import { writeReport } from "./write-report.js";

async function findOut(
  { trials, seed, workers, journal }: TuneOptions,
  tracker: Tracker,
  signal: AbortSignal,
): Promise<Findings> {
  const data = loadData();
  const count = (rows: number) => rows.toLocaleString("en");
  console.log(`Digits: ${count(data.train.X.rows)} images to learn from, ${count(data.test.X.rows)} to test with\n`);

  const tuner = digitsTuner(trials, seed);
  const pool = threadPool(workers === null ? {} : { workers });
  try {
    const started = performance.now();
    const onEvent = consoleProgress({ name: "digits" });
    const kept = journal === null ? {} : { journal: searchJournal(journal) };
    // A tuning that goes on where its journal ends goes on as the same run.
    const key = journal === null ? null : `digits_tuning of ${journal}`;
    const best = await tune(tuner, data, tracker, key, { pool, signal, onEvent, ...kept });
    const tuningSeconds = (performance.now() - started) / 1000;
    const baseline = await fitBaseline(seed, data, tracker, { pool, signal });
    return { tuner, best, baseline, data, seed, tuningSeconds };
  } finally {
    await pool.close();
  }
}

function print({ best, baseline }: Findings, folder: ReportFolder): void {
  console.log(`\n${table(outcomeRows([best, baseline]))}`);
  const path = relative(process.env.INIT_CWD ?? ".", folder.path) || ".";
  console.log(`\nThe report is ${path}/report.md; models, trials and pictures lie beside it`);
  for (const note of folder.notes) console.log(note);
}

await runCommand(async (args, signal) => {
  const options = readTuneOptions(args);
  if (options.help) return console.log(HELP);
  const folder = new ReportFolder(options.out);
  await folder.create();
  const { tracker, close } = openRuns("digits");
  let whereRunsAre = "";
  let findings: Findings;
  try {
    findings = await findOut(options, tracker, signal);
    await writeReport(findings, folder);
  } finally {
    whereRunsAre = await close();
  }
  print(findings, folder);
  console.log(whereRunsAre);
});

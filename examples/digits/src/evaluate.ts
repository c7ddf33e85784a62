/** Evaluates a saved forest on the digits that were kept for testing. */
import { runCommand } from "mnist-example/command";
import { openRuns } from "mnist-example/runs";
import { table } from "mnist-example/table";
import { loadData } from "./data.js";
import { evaluate, modelAt } from "./evaluation.js";
import { logScores } from "./log-scores.js";
import { EVALUATE_HELP, readEvaluateOptions } from "./options.js";

await runCommand(async (args, signal) => {
  const { path, help } = readEvaluateOptions(args);
  if (help) return console.log(EVALUATE_HELP);
  const file = await modelAt(path);
  const { test } = loadData();
  const scores = await evaluate(file, test, { signal });
  const { accuracy, classificationReport, confusion } = scores;

  const digits = confusion.map((_, digit) => `${digit}`);
  const rows = confusion.map((counts, digit) => [`${digit}`, ...counts.map(String)]);
  console.log(`${file}, on the ${test.X.rows} images that were kept for testing\n`);
  console.log(`accuracy ${accuracy.toFixed(4)}\n\n${classificationReport}`);
  console.log(`Confusion matrix; down: the true digit, across: the predicted one\n`);
  console.log(table([["", ...digits], ...rows]));

  const { tracker, close } = openRuns("digits");
  const run = tracker.startRun("digits_evaluation");
  run.params({ model: file });
  logScores(run, scores);
  run.end();
  console.log(`\n${await close()}`);
});

/** Evaluates a saved forest on the digits that were kept for testing. */
import { runCommand } from "./command.js";
import { loadData } from "./data.js";
import { evaluate, modelAt } from "./evaluation.js";
import { EVALUATE_HELP, readEvaluateOptions } from "./options.js";
import { plainTable } from "./table.js";

await runCommand(async (args, signal) => {
  const { path, help } = readEvaluateOptions(args);
  if (help) return console.log(EVALUATE_HELP);
  const file = await modelAt(path);
  const { test } = loadData();
  const { accuracy, classificationReport, confusion } = await evaluate(file, test, { signal });

  const digits = confusion.map((_, digit) => `${digit}`);
  const rows = confusion.map((counts, digit) => [`${digit}`, ...counts.map(String)]);
  console.log(`${file}, on the ${test.X.rows} images that were kept for testing\n`);
  console.log(`accuracy ${accuracy.toFixed(4)}\n\n${classificationReport}`);
  console.log(`Confusion matrix; down: the true digit, across: the predicted one\n`);
  console.log(plainTable([["", ...digits], ...rows]));
});

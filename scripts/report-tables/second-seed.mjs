import { digits, duration, markdownTable, score, times } from "./markdown.mjs";

function best({ searchSpace, importances, best, baseline }) {
  const rows = Object.entries(searchSpace).map(([name, { low, high, step }]) => [
    `\`${name}\``,
    `${low} to ${high}${step === 1 ? "" : `, step ${step}`}`,
    `${best.params[name]}`,
    `${baseline.params[name]}`,
    importances[name].toFixed(2),
  ]);
  return markdownTable(["parameter", "searched", "best", "untuned", "importance"], rows);
}

function scores({ best, baseline, testRows, evaluatedAlone }) {
  const line = (title, { cvScore, test }) => [
    title,
    ...[cvScore, test.accuracy, test.precision, test.recall, test.f1].map(score),
    `${Math.round(test.accuracy * testRows)} of ${testRows}`,
  ];
  const header = ["forest", "CV accuracy", "test accuracy", "precision", "recall", "F1", "read right"];
  const table = markdownTable(header, [line("tuned", best), line("untuned", baseline)]);
  return `${table}\n\n\`npm run digits:evaluate\`, which loads the saved model in a process of its own, finds ${score(evaluatedAlone)}.`;
}

const report = ({ best }) => `\`\`\`\n${best.test.classificationReport.trimEnd()}\n\`\`\``;

function samples({ samplePictures }) {
  const header = ["picture", ...samplePictures.map((_, digit) => `${digit}`)];
  return markdownTable(header, [["answer", ...samplePictures.map(String)]]);
}

/** Ours beside Optuna with scikit-learn, from the benchmark. */
function besideOptuna({ rows }) {
  const { ours_s, peer_s, ratio, ours_accuracies: ours, peer_accuracies: theirs } = rows.find(isStudy);
  const found = (accuracies) => accuracies.map(score).join(", ");
  return markdownTable(
    ["50 trials, one core", "Trellis", "Optuna with scikit-learn", "ratio"],
    [
      ["time", duration(ours_s), duration(peer_s), times(ratio)],
      ["best CV accuracy, three seeds", found(ours), found(theirs), ""],
    ],
  );
}

const isStudy = ({ id }) => id === "digits-study";

function size({ trials, trainRows, testRows, seed }) {
  return `${trials} trials of TPE with seed ${seed}, each the mean accuracy of 3-fold cross-validation on ${digits(trainRows)} images; ${testRows} others, drawn so that every digit has its share, are kept for testing.`;
}

export function secondSeedTables(read) {
  const run = read("docs/reports/data/second-seed-run.json");
  return {
    size: size(run),
    "best parameters": best(run),
    scores: scores(run),
    "classification report": report(run),
    "sample pictures": samples(run),
    "beside Optuna": besideOptuna(read("benchmarks/results/tune.json")),
  };
}

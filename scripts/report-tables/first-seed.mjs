import { difference, duration, markdownTable, paramsText, score, times } from "./markdown.mjs";

const NAMES = ["fcnn", "xgboost", "rf", "svm", "cnn"];
const TITLES = {
  fcnn: "dense net (fcnn)",
  xgboost: "boosted trees (xgboost)",
  rf: "random forest (rf)",
  svm: "support vector machine (svm)",
  cnn: "convolutional net (cnn)",
  ensemble: "ensemble",
  vote: "soft vote of the five",
};
const SCORES = ["accuracy", "test_accuracy", "test_loss", "roc_auc_score", "recall"];
const HEADER = ["CV accuracy", "test accuracy", "log loss", "ROC AUC", "recall", "best parameters"];

const scoresOf = (entry) => SCORES.map((name) => score(entry[name]));
const textOf = ({ best_params: params }) => paramsText(Object.fromEntries(Object.entries(params ?? {}).filter(notRbf)));
/** The one kernel of the seed's grid. */
const notRbf = ([name]) => name !== "kernel";

/** The seed's table and ours on the seed's rows; between them what today's Python makes of the seed's parameters there. */
function sameRows(published, python, { models, ensemble }) {
  const rows = NAMES.flatMap((name) => {
    const [theirs, ours] = [published[name], models[name]];
    const again = python.models[name];
    const peer = name === "xgboost" ? "xgboost" : "scikit-learn";
    const differences = SCORES.map((each) => difference(ours[each] - theirs[each]));
    return [
      [`**${TITLES[name]}**`, "seed", ...scoresOf(theirs), textOf(theirs)],
      ...(again ? [["", `${peer} ${python.versions[peer]}`, ...scoresOf(again), "the seed's"]] : []),
      ["", "Trellis", ...scoresOf(ours), textOf(ours)],
      ["", "Trellis − seed", ...differences, ""],
    ];
  });
  rows.push([`**${TITLES.ensemble}**`, "Trellis", ...scoresOf(ensemble), ""]);
  return markdownTable(["model", "", ...HEADER], rows, 2);
}

/** Every digit of the models whose scores are the same wherever they are fitted. */
function everyDigit(published, python, { models }) {
  const scikitLearn = `scikit-learn ${python.versions["scikit-learn"]}`;
  const rows = SCORES.flatMap((name, i) => [
    [HEADER[i], "svm", `${published.svm[name]}`, `${python.models.svm[name]}`, `${models.svm[name]}`],
    ["", "rf", `${published.rf[name]}`, `${python.models.rf[name]}`, ""],
  ]);
  return markdownTable(["", "model", "seed", scikitLearn, "Trellis"], rows, 2);
}

/** What the service has found. */
function entries({ models, ensemble }) {
  const all = [...NAMES.map((name) => [name, models[name]]), ["ensemble", ensemble]];
  const rows = all.map(([name, entry]) => [TITLES[name], ...scoresOf(entry), textOf(entry)]);
  return markdownTable(["model", ...HEADER], rows);
}

function confusion({ ensemble }) {
  const header = ["", ...ensemble.confusion.map((_, digit) => `${digit}`)];
  return markdownTable(
    header,
    ensemble.confusion.map((counts, digit) => [`**${digit}**`, ...counts.map((count) => `${count || ""}`)]),
  );
}

/** Times and ratios of one run of both sides. */
function timeRows({ rows }) {
  const whole = rows.find(({ id }) => id === "whole-request");
  const parts = rows.filter((row) => row !== whole);
  const searches = parts.filter(({ id }) => id !== "vote");
  const sum = (field) => searches.reduce((total, row) => total + row[field], 0);
  const line = (title, ours, theirs) => [title, duration(ours), duration(theirs), times(theirs / ours)];
  return markdownTable(
    ["part of the request", "Trellis", "Python stack", "ratio"],
    [
      ...parts.map(({ id, ours_s, peer_s }) => line(TITLES[id], ours_s, peer_s)),
      line("the five searches, without the vote", sum("ours_s"), sum("peer_s")),
      line("**the whole request**", whole.ours_s, whole.peer_s),
    ],
  );
}

/** Scores of both sides in that run. */
function benchScores({ rows }, { grid_search_params: searches }) {
  const scored = rows.filter((row) => "ours_accuracy" in row);
  const cells = (row, side) => {
    const of = (name) => row[`${side}_${name}`];
    const scores = ["best_score", "accuracy", "log_loss", "roc_auc", "recall"].map((name) => score(of(name)));
    return [...scores, of("best") ? paramsText(namedParams(of("best"), searches[row.id])) : ""];
  };
  const lines = scored.flatMap((row) => [
    [`**${TITLES[row.id]}**`, "Python stack", ...cells(row, "peer")],
    ["", "Trellis", ...cells(row, "ours")],
  ]);
  return markdownTable(["model", "", ...HEADER], lines, 2);
}

/** The benchmark tells the best values alone, in the order of the grid. */
function namedParams(values, { param }) {
  const names = Object.keys(param);
  return Object.fromEntries(values.map((value, i) => [names[i], value]));
}

export function firstSeedTables(read) {
  const published = read("docs/reports/data/first-seed-published.json");
  const request = read("docs/reports/data/first-seed-request.json");
  const run = read("docs/reports/data/first-seed-run.json");
  const rows = read("docs/reports/data/first-seed-rows.json");
  const python = read("docs/reports/data/first-seed-python.json");
  const bench = read("benchmarks/results/request.json");
  return {
    "same rows": sameRows(published, python, rows),
    "every digit": everyDigit(published, python, rows),
    "the request": entries(run),
    confusion: confusion(run),
    times: timeRows(bench),
    "scores of that run": benchScores(bench, request),
  };
}

// The rows of `npm run bench -- tune`: what a trial costs, and whether what is found is as good as what Optuna finds.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadDigits } from "trellis-learn/datasets";
import { compareAccuracies } from "./harness/accuracies.mjs";
import { mnistOf, stratifiedSplit } from "./harness/data.mjs";
import { compareBest } from "./harness/superiority.mjs";

const SPLIT_SEED = 42;
const ONE_CORE = [0];
const TWO_CORES = [0, 1];

const float = (low, high, options = {}) => ({ kind: "float", low, high, log: false, step: null, ...options });
const int = (low, high, options = {}) => ({ kind: "int", low, high, log: false, step: 1, ...options });
const choice = (...choices) => ({ kind: "choice", choices });
const cube = (names, low, high) => Object.fromEntries(names.map((name) => [name, float(low, high)]));

const mixed = {
  rate: float(1e-5, 1, { log: true }),
  count: int(1, 32),
  kind: choice("a", "b", "c", "d"),
  share: float(0, 1, { step: 0.1 }),
};
const functions = [
  { id: "branin", problem: "branin", space: { x: float(-5, 10), y: float(0, 15) } },
  { id: "hartmann6", problem: "hartmann6", space: cube(["x1", "x2", "x3", "x4", "x5", "x6"], 0, 1) },
  { id: "rastrigin4", problem: "rastrigin", space: cube(["x1", "x2", "x3", "x4"], -5.12, 5.12) },
  { id: "sphere3", problem: "sphere", space: cube(["x1", "x2", "x3"], -5, 5) },
  { id: "mixed", problem: "mixed", space: mixed },
];

/** A table of real scores, and the space of its axes. */
function tableProblem(name) {
  const table = fileURLToPath(new URL(`tables/${name}.json`, import.meta.url));
  const { axes } = JSON.parse(readFileSync(table, "utf8"));
  const space = axes.map(({ name: param, low, step, count }) => {
    const make = [low, step].every(Number.isInteger) ? int : float;
    return [param, make(low, Number((low + (count - 1) * step).toFixed(9)), { step })];
  });
  return { id: `${name}-table`, table, space: Object.fromEntries(space) };
}

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const seeds = size(200, 6);
  const optuna = { peer: "optuna", tables: () => [], warm: [] };

  const overhead = (trials) => {
    const search = {
      op: "minimise",
      problem: "mixedFive",
      space: { x: float(-5, 5), ...mixed },
      trials,
      seeds: 1,
      jobs: 1,
    };
    return {
      ...optuna,
      id: `tpe-${trials}`,
      what:
        `ask and tell ${trials} trials, 5 parameters (float, log, int, categorical, step), storage in memory, TPE's defaults, ` +
        "one core; a trial's objective is a sum",
      goal: 20,
      cpus: ONE_CORE,
      warm: [{ ...search, trials: size(100, 20) }],
      timed: { ...search, trials: size(trials, 30), per: size(trials, 30) },
    };
  };

  const parity = ({ id, ...problem }) => ({
    ...optuna,
    id,
    what:
      `least value found in 80 trials, ${seeds} seeds a side, TPE's defaults, two cores: the ratio is P(ours is less), the goal is ` +
      "for the lower end of its 90 % interval, which then lies in [.35, .65] or higher",
    goal: 0.35,
    cpus: TWO_CORES,
    rounds: 1,
    onlyLts: true,
    timed: { op: "minimise", ...problem, trials: size(80, 20), seeds, jobs: 2 },
    summary: compareBest,
  });

  const pixels = (name, count) => ({
    ...folder.load(name, `t10k-${count}`, () => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[0]),
    divisor: 255,
    scaledType: "float32",
  });
  const svcGrid = (workers) => ({
    ...{ op: "bullmqGrid", estimator: "svc", data: "train", folds: 3, workers },
    params: { kernel: "rbf", probability: true, randomState: 42 },
    grid: size({ C: [1, 10, 100], gamma: [0.1, 0.01] }, { C: [1, 10] }),
  });

  const digits = () => {
    const { X, y } = loadDigits();
    const { data, rows: count, cols } = X;
    return { X: Float64Array.from(data), y: Uint8Array.from(y), rows: count, cols };
  };

  return [
    overhead(200),
    overhead(1000),
    ...functions.map(parity),
    ...["forest", "boosting"].map(tableProblem).map(parity),
    {
      ...optuna,
      id: "digits-study",
      what:
        `${size(50, 3)} trials of a forest on digits (1797 x 64) by TPE, 3 folds, one core: time a study, median of ${size(3, 1)} seeds; ` +
        "the second goal is for the difference of the mean best scores in points",
      goal: 8,
      also: { difference_points: -0.1 },
      cpus: ONE_CORE,
      rounds: 1,
      onlyLts: true,
      tables: () => [folder.load("digits", "digits", digits)],
      timed: {
        op: "tune",
        data: "digits",
        estimator: "forest",
        space: {
          nEstimators: int(50, 300, { step: 50 }),
          maxDepth: int(5, 30, { step: 5 }),
          minSamplesSplit: int(2, 20),
          minSamplesLeaf: int(1, 20),
        },
        folds: 3,
        trials: size(50, 3),
        seeds: size(3, 1),
      },
      summary: (answers) => {
        const { ratio: _, goal_of: __, ...accuracies } = compareAccuracies(answers);
        return accuracies;
      },
    },
    {
      id: "bullmq-two-workers",
      what:
        `GridSearchCV of 6 SVCs (C x gamma), rbf, with probabilities, 3 folds, refit, MNIST t10k ${size(6000, 300)} x 784, pixels / 255, ` +
        "through BullMQ: our time with one worker process / with two",
      goal: 1.4,
      peer: "ours",
      cpus: TWO_CORES,
      rounds: 1,
      onlyLts: true,
      tables: () => [pixels("few", size(600, 200)), pixels("train", size(6000, 300))],
      warm: [2, 1].map((workers) => ({ ...svcGrid(workers), data: "few", grid: { C: [1], gamma: [0.1] } })),
      timed: svcGrid(2),
      peerTimed: svcGrid(1),
    },
  ];
}

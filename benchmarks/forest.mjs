// The rows of `npm run bench -- forest`. Both sides get the same rows, params, folds and threads.
import { compareAccuracies } from "./harness/accuracies.mjs";
import { firstRows, irisSizeTable, mnistOf, normalTable, stratifiedSplit } from "./harness/data.mjs";

const ONE_CORE = [0];
const TWO_CORES = [0, 1];
const SPLIT_SEED = 42;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const trees = size(100, 10);
  const seeds = size(20, 2);
  const calls = size(500, 50);
  const fitRows = size(6000, 1000);
  const gridRows = size(9000, 900);
  const bigRows = size(60_000, 6000);
  const floatRows = size(100_000, 5000);
  const mljsRows = size(500, 100);
  const mljsTrees = size(20, 4);

  const part = (count, index) => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[index];
  /** `count` stratified rows of t10k to train on, and all others to test on. */
  const split = (count) => () => [
    folder.load("train", `t10k-${count}`, () => part(count, 0)),
    folder.load("test", `t10k-not-${count}`, () => part(count, 1)),
  ];

  const fitting = (params, more) => ({ op: "fit", data: "train", params, ...more });
  const accuracy = { op: "accuracy", data: "test" };
  const entropy = { nEstimators: trees, criterion: "entropy", randomState: 0 };
  const gini = { nEstimators: trees, criterion: "gini", randomState: 0 };
  const grid = (values) => ({
    op: "grid",
    data: "train",
    params: { criterion: "entropy", randomState: 42 },
    grid: values,
    folds: 3,
    jobs: 2,
  });
  const predictRows = { op: "predictRows", data: "test", calls };
  const predictThousand = { op: "predict", data: "thousand", repeat: 10 };

  const reference = {
    peer: "scikit-learn",
    cpus: ONE_CORE,
    tables: split(fitRows),
    warm: [fitting(entropy, { jobs: 1 })],
  };
  const mljs = {
    cpus: ONE_CORE,
    tables: split(mljsRows),
    warm: [],
    after: accuracy,
    goal: 10,
  };

  return [
    {
      ...reference,
      id: "fit-one-core",
      what: `fit ${trees} trees, entropy, MNIST t10k ${fitRows} x 784, one core`,
      goal: 4,
      timed: fitting(entropy, { jobs: 1 }),
      after: accuracy,
    },
    {
      id: "fit-two-workers",
      what: "the fit above, median of 5 warm fits a round: our time with one worker / our time with two workers",
      goal: 1.8,
      peer: "ours",
      cpus: TWO_CORES,
      tables: split(fitRows),
      warm: [fitting(entropy, { jobs: 1 }), fitting(entropy, { jobs: 2 })],
      timed: fitting(entropy, { jobs: 2, repeat: 5 }),
      peerTimed: fitting(entropy, { jobs: 1, repeat: 5 }),
    },
    {
      id: "accuracy-20-seeds",
      what:
        `mean accuracy of ${seeds} seeds of that forest on the other ${10_000 - fitRows} rows: ` +
        "ratio is our mean / theirs; the goal is for the difference in points, ours - theirs",
      goal: -0.3,
      peer: "scikit-learn",
      cpus: TWO_CORES,
      rounds: 1,
      onlyLts: true,
      tables: split(fitRows),
      warm: [],
      timed: { op: "accuracies", data: "train", test: "test", params: entropy, seeds, jobs: 2 },
      summary: compareAccuracies,
    },
    {
      id: "grid-27x3",
      what:
        "GridSearchCV of 27 forests (nEstimators x maxDepth x minSamplesSplit), entropy, 3 folds, refit, " +
        `MNIST t10k ${gridRows} x 784, two workers`,
      goal: 25,
      peer: "scikit-learn",
      cpus: TWO_CORES,
      tables: split(gridRows),
      warm: [grid({ nEstimators: [5] })],
      timed: grid({
        nEstimators: size([50, 75, 100], [5, 8, 10]),
        maxDepth: [null, 10, 20],
        minSamplesSplit: [2, 5, 10],
      }),
      after: accuracy,
      summary: ({ ours, peer }) => ({
        ours_best: ours.best,
        peer_best: peer.best,
        ours_best_score: ours.best_score,
        peer_best_score: peer.best_score,
      }),
    },
    {
      id: "fit-60k",
      what:
        `fit ${trees} trees, gini, MNIST train ${bigRows} x 784 (bytes on our side, float32 on theirs), two workers; ` +
        "peaks are of resident memory during the fit, the process and its data included",
      goal: 3,
      peer: "scikit-learn",
      cpus: TWO_CORES,
      memory: true,
      tables: () => [
        folder.load("train", `mnist-${bigRows}`, () => firstRows(mnistOf("train"), bigRows)),
        folder.load("test", "t10k", () => mnistOf("t10k")),
      ],
      warm: [fitting({ ...gini, nEstimators: 2 }, { jobs: 2 })],
      timed: fitting(gini, { jobs: 2 }),
      after: accuracy,
    },
    {
      ...reference,
      id: "predict-row",
      what: `predict one row with the forest of the first row: median of ${calls} warm calls, one core`,
      goal: 20,
      warm: [...reference.warm, predictRows],
      timed: predictRows,
      summary: ({ ours, peer }) => ({ ours_p99_s: ours.p99, peer_p99_s: peer.p99 }),
    },
    {
      ...reference,
      id: "predict-1000",
      what: "predict 1000 rows with that forest: median of 10 warm calls, one core",
      goal: 2,
      tables: () => [
        ...split(fitRows)(),
        folder.load("thousand", "t10k-1000", () => firstRows(part(fitRows, 1), 1000)),
      ],
      warm: [...reference.warm, predictThousand],
      timed: predictThousand,
    },
    {
      id: "fit-float",
      what: `fit ${trees} trees, gini, ${floatRows} x 28 standard normals in f64, 2 classes, one core`,
      goal: 1.5,
      peer: "scikit-learn",
      cpus: ONE_CORE,
      tables: () => [
        folder.load("train", `normals-${floatRows}`, () => normalTable(floatRows, 1)),
        folder.load("test", "normals-test", () => normalTable(10_000, 2)),
      ],
      warm: [fitting({ ...gini, nEstimators: 3 }, { jobs: 1 })],
      timed: fitting(gini, { jobs: 1 }),
      after: accuracy,
    },
    {
      id: "small-fit",
      what: `fit ${trees} trees, 150 x 4 in 3 classes, each side at its default threads: median of 20 warm fits`,
      goal: 1,
      peer: "scikit-learn",
      cpus: TWO_CORES,
      tables: () => [folder.load("train", "iris-size", irisSizeTable)],
      warm: [fitting(gini, { repeat: 10 })],
      timed: fitting(gini, { repeat: 20 }),
    },
    {
      ...mljs,
      id: "fit-ml-random-forest",
      what: `fit ${mljsTrees} trees, MNIST t10k ${mljsRows} x 784, one core; they draw 28 features a tree, we a node`,
      peer: "ml-random-forest",
      timed: fitting({ nEstimators: mljsTrees, randomState: 1 }, { jobs: 1 }),
      peerTimed: fitting({ nEstimators: mljsTrees, randomState: 1, maxFeatures: 28 }),
    },
    {
      ...mljs,
      id: "fit-ml-cart",
      what: `fit one decision tree on all features, gini, MNIST t10k ${mljsRows} x 784, one core`,
      peer: "ml-cart",
      timed: fitting({ randomState: 1 }, { estimator: "tree" }),
    },
  ];
}

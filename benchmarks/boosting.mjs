// The rows of `npm run bench -- boosting`. Both sides get the same rows, params, folds and threads.
import { firstRows, mnistOf, normalTable, stratifiedSplit } from "./harness/data.mjs";

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
  const rounds = size(100, 5);
  const calls = size(500, 50);
  const fitRows = size(6000, 600);
  const gridRows = size(9000, 600);
  const mljsRows = size(1000, 200);
  const mljsRounds = size(10, 2);

  const part = (count, index) => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[index];
  /** `count` stratified rows of t10k to train on, and all others to test on. */
  const split = (count) => () => [
    folder.load("train", `t10k-${count}`, () => part(count, 0)),
    folder.load("test", `t10k-not-${count}`, () => part(count, 1)),
  ];

  const fitting = (params, more) => ({ op: "fit", estimator: "boosting", data: "train", params, ...more });
  const quality = { op: "quality", data: "test" };
  const deep = { nEstimators: rounds, learningRate: 0.3, maxDepth: 6 };
  const shallow = { ...deep, maxDepth: 3 };
  /** A first fit of few rounds, after which both sides are warm. */
  const few = (params) => ({ ...params, nEstimators: 3 });
  const grid = (values) => ({
    op: "grid",
    data: "train",
    params: { randomState: 42 },
    grid: values,
    folds: 3,
    jobs: 2,
  });
  const predictRows = { op: "predictRows", method: "predictProba", data: "test", calls };
  const predictThousand = { op: "predict", method: "predictProba", data: "thousand", repeat: 10 };

  const onMnist = {
    peer: "xgboost",
    cpus: ONE_CORE,
    tables: split(fitRows),
    warm: [fitting(few(deep), { jobs: 1 })],
    timed: fitting(deep, { jobs: 1 }),
    after: quality,
    summary: compareLosses,
  };
  const shape = (depth) =>
    `fit ${rounds} rounds, depth ${depth}, learning rate 0.3, MNIST t10k ${fitRows} x 784, one core`;
  const lightgbm = (params, leaves) => ({
    ...onMnist,
    peer: "lightgbm",
    goal: 1.3,
    warm: [fitting(few(params), { jobs: 1 })],
    timed: fitting(params, { jobs: 1 }),
    peerTimed: fitting({ ...params, numLeaves: leaves }, { jobs: 1 }),
  });
  const predicting = (timed, tables) => ({
    ...onMnist,
    goal: 1,
    tables,
    warm: [fitting(deep, { jobs: 1 }), timed],
    timed,
    after: undefined,
    summary: comparePredictions,
  });
  const tabular = (count) => ({
    peer: "xgboost",
    goal: 1,
    also: { memory_ratio: 1 },
    cpus: ONE_CORE,
    memory: true,
    tables: () => [
      folder.load("train", `normals-${count}`, () => normalTable(count, 1, Float32Array)),
      folder.load("test", "normals-test", () => normalTable(10_000, 2, Float32Array)),
    ],
    warm: [fitting(few({ ...deep, maxBin: 256 }), { jobs: 1 })],
    timed: fitting({ ...deep, maxBin: 256 }, { jobs: 1 }),
    after: quality,
    summary: compareLosses,
    what:
      `fit ${rounds} rounds, depth 6, learning rate 0.3, 256 bins, ${count} x 28 standard normals in f32, 2 classes, ` +
      "one core; peaks are of resident memory during the fit, the process and its data included; the second goal is for " +
      "their peak / ours",
  });

  return [
    { ...onMnist, id: "fit-one-core", what: `${shape(6)}; theirs is tree_method hist`, goal: 4 },
    {
      ...onMnist,
      id: "logloss",
      what:
        `log loss of that model on the other ${10_000 - fitRows} rows: ratio is theirs / ours; the goal is for how far they ` +
        "agree in percent, 100 (1 - |ours - theirs| / theirs)",
      goal: 98,
      cpus: TWO_CORES,
      rounds: 1,
      onlyLts: true,
      warm: [],
      timed: fitting(deep, { jobs: 2 }),
      summary: (answers) => ({
        ...compareLosses(answers),
        ratio: answers.peer.log_loss / answers.ours.log_loss,
        goal_of: "agreement_percent",
        agreement_percent: 100 * (1 - Math.abs(lossDifference(answers))),
      }),
    },
    {
      ...lightgbm(deep, 64),
      id: "fit-lightgbm",
      what: `${shape(6)}; theirs has num_leaves 64, which is what depth 6 can hold, and else its defaults (our wish is 2.6)`,
    },
    {
      ...lightgbm(shallow, 8),
      id: "fit-lightgbm-depth3",
      what: `${shape(3)}; theirs has num_leaves 8 and else its defaults`,
    },
    {
      ...onMnist,
      id: "fit-two-workers",
      what: "the first fit, median of 2 warm fits a round: our time with one worker / our time with two workers",
      goal: 1.7,
      peer: "ours",
      cpus: TWO_CORES,
      warm: [fitting(few(deep), { jobs: 1 }), fitting(few(deep), { jobs: 2 })],
      timed: fitting(deep, { jobs: 2, repeat: 2 }),
      peerTimed: fitting(deep, { jobs: 1, repeat: 2 }),
    },
    {
      id: "grid-8x3",
      what:
        "GridSearchCV of 8 models (maxDepth x learningRate x nEstimators), 3 folds, refit, " +
        `MNIST t10k ${gridRows} x 784, two workers; theirs has n_jobs=2, each model one thread`,
      goal: 8,
      peer: "xgboost",
      cpus: TWO_CORES,
      rounds: 1,
      tables: split(gridRows),
      warm: [grid({ nEstimators: [2], maxDepth: [3] })],
      timed: grid({ maxDepth: [3, 6], learningRate: [0.1, 0.3], nEstimators: size([50, 100], [2, 4]) }),
      after: { op: "accuracy", data: "test" },
      summary: ({ ours, peer }) => ({
        ours_best: ours.best,
        peer_best: peer.best,
        ours_best_score: ours.best_score,
        peer_best_score: peer.best_score,
      }),
    },
    { ...tabular(size(100_000, 5000)), id: "tabular-100k" },
    { ...tabular(size(1_000_000, 20_000)), id: "tabular-1m", onlyLts: true },
    {
      ...predicting(predictRows, split(fitRows)),
      id: "predict-row",
      what:
        `probabilities of one row with the model of the first row: median of ${calls} warm calls, one core; theirs is ` +
        "XGBClassifier.predict_proba, and peer_s_of holds Booster's ways",
    },
    {
      ...predicting(predictThousand, () => [
        ...split(fitRows)(),
        folder.load("thousand", "t10k-1000", () => firstRows(part(fitRows, 1), 1000)),
      ]),
      id: "predict-1000",
      what: "probabilities of 1000 rows with that model: median of 10 warm calls, one core; theirs as above",
    },
    {
      ...onMnist,
      id: "fit-ml-xgboost",
      what: `fit ${mljsRounds} rounds, depth 6, learning rate 0.3, MNIST t10k ${mljsRows} x 784 (they fail at 6000), one core`,
      goal: 10,
      peer: "ml-xgboost",
      tables: split(mljsRows),
      warm: [fitting(few(deep), { jobs: 1 })],
      timed: fitting({ ...deep, nEstimators: mljsRounds }, { jobs: 1 }),
      after: { op: "accuracy", data: "test" },
      summary: undefined,
    },
  ];
}

const lossDifference = ({ ours, peer }) => (ours.log_loss - peer.log_loss) / peer.log_loss;

/** Losses themselves are told as fields of `after`. */
const compareLosses = (answers) => ({ log_loss_difference_percent: 100 * lossDifference(answers) });

/** `ratio_to_fastest` is against the fastest of all their ways; converting to a DMatrix is inside its way's time. */
const comparePredictions = ({ ours, peer }) => ({
  ours_p99_s: ours.p99,
  peer_p99_s: peer.p99,
  peer_s_of: peer.other_ways,
  ratio_to_fastest: Math.min(peer.seconds, ...Object.values(peer.other_ways)) / ours.seconds,
});

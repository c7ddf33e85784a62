// The rows of `npm run bench -- svc`. Both sides get the same rows, params, folds and threads.
import { firstRows, mnistOf, normalRegressionTable, normalTable, ofLabels, stratifiedSplit } from "./harness/data.mjs";

const ONE_CORE = [0];
const TWO_CORES = [0, 1];
const SPLIT_SEED = 42;
const MEMORY_LIMIT_MB = 3 * 1024;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const calls = size(500, 20);
  const fitRows = size(6000, 600);
  const gridRows = size(9000, 400);
  const bigRows = size(20_000, 1500);
  const allRows = size(60_000, 3000);
  const bigTestRows = size(2000, 500);
  const manyRows = size(1000, 200);
  const warmRows = size(1000, 200);
  const binaryRows = size(1000, 200);
  const normalRows = size(5000, 500);

  /** Pixels / 255: a scale of the bytes for us, doubles for the peers. */
  const pixels = (name, key, make) => ({ ...folder.load(name, key, make), divisor: 255 });
  const part = (count, index, table = mnistOf("t10k")) => stratifiedSplit(table, count, SPLIT_SEED)[index];
  /** `count` stratified rows of t10k to train on, some of them to warm up on, and all others to test on. */
  const split = (count) => () => [
    pixels("few", `t10k-${warmRows}`, () => part(warmRows, 0)),
    pixels("train", `t10k-${count}`, () => part(count, 0)),
    pixels("test", `t10k-not-${count}`, () => part(count, 1)),
  ];
  const many = () => pixels("many", `t10k-${manyRows}-of-not-${fitRows}`, () => firstRows(part(fitRows, 1), manyRows));
  const ofTrain = (count, testRows) => () => [
    pixels("few", `t10k-${warmRows}`, () => part(warmRows, 0)),
    pixels("train", `mnist-${count}`, () => firstRows(mnistOf("train"), count)),
    pixels("test", `t10k-first-${testRows}`, () => firstRows(mnistOf("t10k"), testRows)),
  ];
  /** @param {string} key @param {(rows: number, seed: number) => import("./harness/data.mjs").Table} make */
  const normals = (key, make) => () => [
    folder.load("few", `${key}-few`, () => make(200, 3)),
    folder.load("train", `${key}-train`, () => make(normalRows, 1)),
    folder.load("test", `${key}-test`, () => make(5000, 2)),
  ];

  const fitting = (params, more) => ({ op: "fit", estimator: "svc", data: "train", params, ...more });
  /** A first fit of few rows, after which both sides are warm. */
  const fittingFew = (params, more) => fitting(params, { ...more, data: "few" });
  const wide = { C: 10, gamma: 0.01 };
  const narrow = { C: 10, gamma: 0.1 };
  const withProbability = (params) => ({ ...params, probability: true, randomState: 42 });
  const accuracy = { op: "accuracy", data: "test" };
  const quality = { op: "quality", data: "test" };
  const support = { op: "support" };
  const grid = (data, values) => ({
    op: "grid",
    estimator: "svc",
    data,
    params: { kernel: "rbf", ...withProbability({}) },
    grid: values,
    folds: 3,
    jobs: 2,
  });

  const onMnist = { peer: "scikit-learn", cpus: ONE_CORE, tables: split(fitRows) };
  /**
   * A row that measures one fit of `params`, whose support vectors must be as many as theirs, after one without probabilities: both
   * sides are warm then.
   */
  const fitOf = (params, goal) => ({
    ...onMnist,
    goal,
    also: { support_vector_agreement: 99 },
    warm: [fitting({ ...params, probability: false })],
    timed: fitting(params),
    after: [params.probability ? quality : accuracy, support],
    summary: compareSupport,
  });
  const predicting = (params, timed, goal) => ({
    ...onMnist,
    goal,
    tables: () => [...split(fitRows)(), many()],
    warm: [fitting(params), timed],
    timed,
    summary: ({ ours, peer }) => ({ ours_p99_s: ours.p99, peer_p99_s: peer.p99 }),
  });
  const predictRows = (method) => ({ op: "predictRows", method, data: "test", calls });
  const predictMany = { op: "predict", data: "many", repeat: 3 };

  const shape = `MNIST t10k ${fitRows} x 784, pixels / 255`;
  const rbf = ({ C, gamma }) => `fit rbf, C ${C}, gamma ${gamma}`;
  const agreement = "the second goal is for how far the numbers of support vectors agree, in percent";

  return [
    {
      ...fitOf(wide, 7),
      id: "fit-g01",
      what: `${rbf(wide)}, ${shape}, one core; ${agreement}`,
    },
    {
      ...fitOf(narrow, 25),
      id: "fit-g1",
      what: `${rbf(narrow)}, ${shape}, one core; ${agreement}`,
    },
    {
      ...fitOf(withProbability(wide), 10),
      id: "proba-g01",
      what: `${rbf(wide)}, with probabilities, ${shape}, one core; ${agreement}`,
    },
    {
      ...fitOf(withProbability(narrow), 40),
      id: "proba-g1",
      what: `${rbf(narrow)}, with probabilities, ${shape}, one core; ${agreement}`,
      rounds: size(2, 1),
    },
    {
      ...onMnist,
      id: "fit-two-workers",
      what: "the fit above: our time with one worker / our time with two workers",
      goal: 1.7,
      peer: "ours",
      cpus: TWO_CORES,
      warm: [1, 2].map((workers) => fittingFew(withProbability(narrow), { workers })),
      timed: fitting(withProbability(narrow), { workers: 2 }),
      peerTimed: fitting(withProbability(narrow), { workers: 1 }),
    },
    {
      ...onMnist,
      id: "grid-6x3",
      what:
        "GridSearchCV of 6 models (C x gamma), rbf, with probabilities, 3 folds, refit, " +
        `MNIST t10k ${gridRows} x 784, pixels / 255, two workers`,
      goal: 30,
      cpus: TWO_CORES,
      rounds: 1,
      onlyLts: true,
      tables: split(gridRows),
      warm: [grid("few", { C: [1], gamma: [0.01] })],
      timed: grid("train", { C: [1, 10, 100], gamma: [0.1, 0.01] }),
      after: quality,
      summary: ({ ours, peer }) => ({
        ours_best: ours.best,
        peer_best: peer.best,
        ours_best_score: ours.best_score,
        peer_best_score: peer.best_score,
      }),
    },
    {
      ...predicting(wide, predictMany, 5),
      id: "predict-1000",
      what: `predict ${manyRows} rows with the model of the first row: median of 3 warm calls, one core`,
      summary: undefined,
    },
    {
      ...predicting(wide, predictRows("predict"), 2),
      id: "predict-row",
      what: `predict one row with the model of the first row: median of ${calls} warm calls, one core`,
    },
    {
      ...predicting(withProbability(wide), predictRows("predictProba"), 2),
      id: "predict-proba-row",
      what: `probabilities of one row with the model of proba-g01: median of ${calls} warm calls, one core`,
      rounds: 1,
    },
    {
      ...fitOf(wide, 1),
      id: "fit-20k",
      what:
        `${rbf(wide)}, the first ${bigRows} rows of MNIST train, pixels / 255, one core; ` +
        "peaks are of resident memory during the fit, the process and its data included; " +
        agreement,
      rounds: size(2, 1),
      onlyLts: true,
      memory: true,
      tables: ofTrain(bigRows, bigTestRows),
    },
    {
      ...fitOf(wide, 1),
      id: "fit-60k",
      what:
        `${rbf(wide)}, MNIST train ${allRows} x 784, pixels / 255, as many workers as there are cores, us alone: the ` +
        `goals are for ${MEMORY_LIMIT_MB} MB / the peak of resident memory, the process and its data included, and for ` +
        "the accuracy on all of t10k",
      also: { ours_accuracy: 0.975 },
      peer: null,
      cpus: TWO_CORES,
      rounds: 1,
      onlyLts: true,
      memory: true,
      tables: ofTrain(allRows, 10_000),
      summary: ({ ours }) => ({ goal_of: "memory_room", memory_room: MEMORY_LIMIT_MB / ours.peak_mb }),
    },
    {
      ...fitOf({ C: 1 }, 3),
      id: "fit-normals",
      what: `fit rbf, C 1, gamma "scale", ${normalRows} x 20 standard normals in f64, 2 classes, one core; ${agreement}`,
      tables: normals("classes", (count, seed) => normalTable(count, seed, Float64Array, 20)),
    },
    {
      ...onMnist,
      id: "svr",
      what: `SVR: fit rbf, C 1, gamma "scale", epsilon 0.1, ${normalRows} x 20 standard normals in f64, one core; ${agreement}`,
      goal: 1,
      also: { support_vector_agreement: 99 },
      tables: normals("numbers", (count, seed) => normalRegressionTable(count, 20, seed)),
      warm: [fittingFew({}, { estimator: "svr" })],
      timed: fitting({}, { estimator: "svr" }),
      after: [{ op: "r2", data: "test" }, support],
      summary: compareSupport,
    },
    {
      ...onMnist,
      id: "linear-svc",
      what: `LinearSVC: fit squared hinge, C 1, one against the rest, ${shape}, one core; theirs chooses primal or dual`,
      goal: 1,
      warm: [fittingFew({ C: 1, randomState: 42 }, { estimator: "linearSvc" })],
      timed: fitting({ C: 1, randomState: 42 }, { estimator: "linearSvc" }),
      after: accuracy,
    },
    {
      ...fitOf(wide, 10),
      id: "fit-libsvm-js",
      what: `${rbf(wide)}, ${shape}, one core; ${agreement}`,
      peer: "libsvm-js",
      rounds: size(2, 1),
    },
    {
      ...predicting(wide, { ...predictMany, repeat: 1 }, 10),
      id: "predict-libsvm-js",
      what: `predict ${manyRows} rows with that model, one core`,
      peer: "libsvm-js",
      rounds: size(2, 1),
      summary: undefined,
    },
    {
      ...fitOf(wide, 10),
      id: "fit-ml-svm",
      what: `${rbf(wide)}, ${binaryRows} rows of the digits 0 and 1 of MNIST t10k, pixels / 255, one core`,
      peer: "ml-svm",
      also: undefined,
      tables: () => [
        pixels("few", "t10k-01-100", () => part(100, 0, ofLabels(mnistOf("t10k"), [0, 1]))),
        pixels("train", `t10k-01-${binaryRows}`, () => part(binaryRows, 0, ofLabels(mnistOf("t10k"), [0, 1]))),
        pixels("test", `t10k-01-not-${binaryRows}`, () => part(binaryRows, 1, ofLabels(mnistOf("t10k"), [0, 1]))),
      ],
    },
  ];
}

/** The numbers of support vectors themselves are told as fields of `after`. */
const compareSupport = ({ ours, peer }) => ({
  support_vector_agreement: 100 * (1 - Math.abs(ours.support_vectors - peer.support_vectors) / peer.support_vectors),
});

// The rows of `npm run bench -- kit`. Both sides get the same rows, params and cores; BLAS and OpenMP have a thread a core here.
import {
  firstRows,
  inDoubles,
  mnistOf,
  normalRegressionTable,
  normalTable,
  stratifiedSplit,
  withHoles,
} from "./harness/data.mjs";

const ONE_CORE = [0];
const TWO_CORES = [0, 1];
const SPLIT_SEED = 42;
/** Fits of some milliseconds are made so often for one reading: their median counts. */
const REPEAT = 5;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const imageRows = size(6000, 1000);
  const queryRows = size(1000, 100);
  const tallRows = size(100_000, 5000);
  const nearRows = size(20_000, 1000);
  const nearQueries = size(2000, 100);
  const lowRows = size(100_000, 2000);
  const lowQueries = size(20_000, 1000);
  const trees = size(100, 10);

  const part = (index) => stratifiedSplit(mnistOf("t10k"), imageRows, SPLIT_SEED)[index];
  const queries = () => firstRows(part(1), queryRows);
  /** Pixels / 255: a scale of the bytes for us, doubles for the peer. */
  const pixels = (name, key, make) => ({ ...folder.load(name, key, make), divisor: 255 });
  const images = () => [
    pixels("train", `t10k-${imageRows}`, () => part(0)),
    pixels("test", `t10k-queries-${queryRows}`, queries),
  ];
  const imagesInDoubles = () => [
    folder.load("train", `t10k-${imageRows}-doubles`, () => inDoubles(part(0), 255)),
    folder.load("test", `t10k-queries-${queryRows}-doubles`, () => inDoubles(queries(), 255)),
  ];
  const tall = () => [
    folder.load("train", `tall-${tallRows}`, () => normalRegressionTable(tallRows, 20, 1)),
    folder.load("test", "tall-test", () => normalRegressionTable(5000, 20, 2)),
  ];
  const tallWithHoles = () => [
    folder.load("train", `holes-${tallRows}`, () => withHoles(normalRegressionTable(tallRows, 20, 1), 0.1, 3)),
  ];
  const near = (rows, asked, cols) => () => [
    folder.load("train", `near-${rows}x${cols}`, () => normalTable(rows, 1, Float64Array, cols)),
    folder.load("test", `near-queries-${asked}x${cols}`, () => normalTable(asked, 2, Float64Array, cols)),
  ];

  const onImages = `${imageRows} x 784 of MNIST t10k, pixels / 255`;
  const onTall = `${tallRows} x 20 standard normals in f64`;
  const threads = { peer: "scikit-learn with threads", cpus: TWO_CORES, goal: 1 };
  const fitting = (estimator, params, more) => ({ op: "fit", estimator, data: "train", params, ...more });
  /** A row that measures a fit, the median of `repeat`, after one for warmth. */
  const fitOf = (estimator, { params = {}, peerParams, repeat = REPEAT, tables, after }) => {
    const timed = fitting(estimator, params, { repeat });
    const peerTimed = peerParams && { peerTimed: fitting(estimator, peerParams, { repeat }) };
    return { ...threads, tables, warm: [fitting(estimator, params)], timed, ...peerTimed, after };
  };
  const r2 = { op: "r2", data: "test" };
  const accuracy = { op: "accuracy", data: "test" };
  const answering = (method, data, repeat) => ({ op: "predict", method, data, repeat });
  /** A row that measures an answer of a fitted model. */
  const answerOf = (estimator, { params = {}, method, data, repeat = REPEAT, tables, after }) => {
    const timed = answering(method, data, repeat);
    return { ...threads, tables, warm: [fitting(estimator, params), answering(method, data, 1)], timed, after };
  };
  const nearest = (tables) =>
    answerOf("neighbors", { method: "predict", data: "test", repeat: size(3, 1), tables, after: accuracy });
  const few = size(3, 1);

  return [
    {
      ...fitOf("linearRegression", { tables: images, repeat: few, after: r2 }),
      id: "ols-images",
      what: `fit LinearRegression, ${onImages}, two cores`,
    },
    {
      ...fitOf("linearRegression", { tables: tall, after: r2 }),
      id: "ols-tall",
      what: `fit LinearRegression, ${onTall}, two cores`,
    },
    {
      ...fitOf("ridge", { tables: images, after: r2 }),
      id: "ridge-images",
      what: `fit Ridge, alpha 1, ${onImages}, two cores`,
    },
    {
      ...fitOf("ridge", { tables: tall, after: r2 }),
      id: "ridge-tall",
      what: `fit Ridge, alpha 1, ${onTall}, two cores`,
    },
    {
      ...fitOf("pca", { tables: images, repeat: few }),
      id: "pca-images",
      what: `fit PCA, all components, ${onImages}, two cores; theirs by its default, a singular value decomposition`,
    },
    {
      ...fitOf("pca", { peerParams: { svdSolver: "covariance_eigh" }, tables: images, repeat: few }),
      id: "pca-images-eigh",
      what: `the fit above, theirs by svd_solver="covariance_eigh", which is our method`,
    },
    {
      ...fitOf("pca", { params: { nComponents: 50 }, tables: images, repeat: few }),
      id: "pca-images-50",
      what: `fit PCA, 50 components, ${onImages}, two cores; theirs by its default, which is randomized there and inexact`,
    },
    {
      ...fitOf("pca", { tables: tall }),
      id: "pca-tall",
      what: `fit PCA, all components, ${onTall}, two cores; theirs by its default, covariance_eigh there`,
    },
    {
      ...nearest(images),
      id: "neighbors-bytes",
      what: `predict ${queryRows} rows by KNeighborsClassifier of ${onImages} (bytes on our side), two cores`,
    },
    {
      ...nearest(imagesInDoubles),
      id: "neighbors-doubles",
      what: "the same with doubles on both sides",
    },
    {
      ...nearest(near(nearRows, nearQueries, 20)),
      id: "neighbors-normals",
      what: `predict ${nearQueries} rows by KNeighborsClassifier of ${nearRows} x 20 standard normals in f64, two cores`,
    },
    {
      ...nearest(near(nearRows, lowQueries, 3)),
      id: "neighbors-3",
      what: `predict ${lowQueries} rows by KNeighborsClassifier of ${nearRows} x 3; both take a k-d tree, ours built within, theirs by its fit; theirs takes one core`,
    },
    {
      ...nearest(near(lowRows, nearQueries, 10)),
      id: "neighbors-10",
      what: `predict ${nearQueries} rows by KNeighborsClassifier of ${lowRows} x 10; theirs as above, ours without a tree`,
    },
    {
      id: "extra-trees",
      what: `fit ${trees} extra trees, gini, ${onImages}, one core`,
      goal: 1,
      peer: "scikit-learn",
      cpus: ONE_CORE,
      tables: images,
      warm: [fitting("extraTrees", { nEstimators: trees, randomState: 0 }, { jobs: 1 })],
      timed: fitting("extraTrees", { nEstimators: trees, randomState: 0 }, { jobs: 1 }),
      after: accuracy,
    },
    {
      ...fitOf("gaussianNb", { tables: images, after: accuracy }),
      id: "gaussian-nb",
      what: `fit GaussianNB, ${onImages}, two cores`,
    },
    {
      ...fitOf("scaler", { tables: tall }),
      id: "scaler-fit",
      what: `fit StandardScaler, ${onTall}, two cores`,
    },
    {
      ...answerOf("scaler", { method: "transform", data: "train", tables: tall }),
      id: "scaler-transform",
      what: "transform these rows with it",
    },
    {
      ...fitOf("imputer", { params: { strategy: "median" }, tables: tallWithHoles }),
      id: "imputer-fit",
      what: `fit SimpleImputer, strategy median, ${onTall}, a tenth of them missing, two cores`,
    },
    {
      ...answerOf("imputer", {
        params: { strategy: "median" },
        method: "transform",
        data: "train",
        tables: tallWithHoles,
      }),
      id: "imputer-transform",
      what: "transform these rows with it",
    },
  ];
}

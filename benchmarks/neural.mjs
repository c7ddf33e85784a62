// The rows of `npm run bench -- neural`. All sides get the same rows, nets, batches and epochs, on one thread.
import { compareAccuracies } from "./harness/accuracies.mjs";
import { mnistOf, stratifiedSplit } from "./harness/data.mjs";

const ONE_CORE = [0];
const TWO_CORES = [0, 1];
const SPLIT_SEED = 42;
/** Our kernels in TensorFlow.js may take this many times as long as our own backend. */
const TFJS_ALLOWANCE = 6;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/compare.mjs").Row[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const fitRows = size(6000, 600);
  const wholeRows = size(9000, 600);
  const warmRows = 200;
  const accuracyEpochs = size(10, 1);
  const seeds = size(5, 2);
  const gridEpochs = size({ fcnn: 5, cnn: 2 }, { fcnn: 1, cnn: 1 });
  /** How many epochs a fit has, whose time is told as that of one. */
  const epochsOf = size({ fcnn: 5, cnn: 2 }, { fcnn: 2, cnn: 1 });

  /** Pixels / 255: a scale of the bytes for us, f32 for the peers. */
  const pixels = (name, key, make) => ({ ...folder.load(name, key, make), divisor: 255, scaledType: "float32" });
  const part = (count, index) => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[index];
  /** `count` stratified rows of t10k to train on, a few to warm up on, and all others to test on. */
  const split = (count) => () => [
    pixels("few", `t10k-${warmRows}`, () => part(warmRows, 0)),
    pixels("train", `t10k-${count}`, () => part(count, 0)),
    pixels("test", `t10k-not-${count}`, () => part(count, 1)),
  ];

  const fitting = (estimator, batchSize, epochs) => ({
    op: "fit",
    estimator,
    data: "train",
    params: { batchSize, epochs, randomState: 0 },
    per: epochs,
  });
  /** A first fit, after which our kernels are compiled. */
  const fittingFew = (estimator) => ({ ...fitting(estimator, 32, 1), data: "few" });
  const shape = `MNIST t10k ${fitRows} x 784, one core`;
  const training = (net, batchSize) => ({
    what: `an epoch of the ${net}, adam, batches of ${batchSize}, ${shape}; mean of the ${epochsOf[net]} epochs of a fit`,
    cpus: ONE_CORE,
    tables: split(fitRows),
    // The peer that compiles, Keras, compiles for a size of batches.
    warm: [fitting(net, batchSize, 1)],
    timed: fitting(net, batchSize, epochsOf[net]),
    after: { op: "accuracy", data: "test" },
  });
  const accuracies = (net, least) => ({
    id: `${net}-accuracy`,
    what:
      `mean accuracy of ${seeds} seeds of the ${net} after ${accuracyEpochs} epochs, adam, batches of 32, ${wholeRows} rows of ` +
      `MNIST t10k, on the other ${10_000 - wholeRows}: ratio is our mean / theirs; the goals are for the difference in points, ` +
      "ours - theirs, and for our mean",
    goal: -0.3,
    also: { ours_accuracy: least },
    peer: "pytorch",
    cpus: TWO_CORES,
    rounds: 1,
    onlyLts: true,
    tables: split(wholeRows),
    warm: [],
    timed: {
      op: "accuracies",
      estimator: net,
      data: "train",
      test: "test",
      params: { batchSize: 32, epochs: accuracyEpochs },
      seeds,
    },
    summary: compareAccuracies,
  });
  const grid = (net, jobs, epochs) => ({
    op: "grid",
    estimator: net,
    data: "train",
    params: { epochs, randomState: 42 },
    grid: { batchSize: [32, 128], optimizer: ["adam", "rmsprop"] },
    folds: 3,
    jobs,
  });
  const twoWorkers = (net) => ({
    id: `${net}-two-workers`,
    what:
      `GridSearchCV of 4 ${net}s (batchSize x optimizer), ${gridEpochs[net]} epochs, 3 folds, refit, MNIST t10k ${fitRows} x 784: ` +
      "our time with one worker / our time with two workers",
    goal: 1.7,
    peer: "ours",
    cpus: TWO_CORES,
    onlyLts: true,
    tables: split(fitRows),
    warm: [1, 2].map((jobs) => ({ ...grid(net, jobs, 1), data: "few" })),
    timed: grid(net, 2, gridEpochs[net]),
    peerTimed: grid(net, 1, gridEpochs[net]),
  });

  return [
    { ...training("cnn", 32), id: "cnn-torch-b32", peer: "pytorch", goal: 1.5 },
    { ...training("cnn", 128), id: "cnn-torch-b128", peer: "pytorch", goal: 1.5 },
    withRemark({ ...training("cnn", 32), id: "cnn-keras-b32", peer: "keras", goal: 1 }, "the goal we aim for is 1.5"),
    { ...training("cnn", 128), id: "cnn-keras-b128", peer: "keras", goal: 1 },
    { ...training("fcnn", 32), id: "fcnn-torch-b32", peer: "pytorch", goal: 2 },
    { ...training("fcnn", 128), id: "fcnn-torch-b128", peer: "pytorch", goal: 1 },
    { ...training("fcnn", 32), id: "fcnn-keras-b32", peer: "keras", goal: 2 },
    { ...training("fcnn", 32), id: "fcnn-tfjs-wasm", peer: "tfjs-wasm", goal: 10 },
    accuracies("cnn", size(0.976, 0)),
    accuracies("fcnn", size(0.952, 0)),
    withRemark(
      {
        ...training("cnn", 32),
        id: "tfjs-cnn",
        peer: "ours",
        goal: 1,
        warm: [fittingFew("cnnOnTfjs"), fittingFew("cnn")],
        timed: fitting("cnnOnTfjs", 32, 1),
        peerTimed: fitting("cnn", 32, 1),
        onlyLts: true,
        rounds: size(2, 1),
        summary: ({ ours, peer }) => ({
          goal_of: "tfjs_room",
          tfjs_room: (TFJS_ALLOWANCE * peer.median_s) / ours.median_s,
        }),
      },
      "one epoch with our kernels in TensorFlow.js on its wasm backend (ours) and with our own backend (the peer): the goal is for " +
        `${TFJS_ALLOWANCE} x our own time / that in TensorFlow.js`,
    ),
    twoWorkers("fcnn"),
    twoWorkers("cnn"),
  ];
}

const withRemark = (row, remark) => ({ ...row, what: `${row.what}; ${remark}` });

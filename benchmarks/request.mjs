// The rows of `npm run bench -- request`: a whole training request, five searches and a vote, in one process a side.
import { mnistOf, stratifiedSplit } from "./harness/data.mjs";

const TWO_CORES = [0, 1];
const SPLIT_SEED = 42;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/chain.mjs").Chain[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const trainRows = size(9000, 300);
  const warmRows = 200;

  /** Pixels / 255: a scale of the bytes for us, f32 for the peers. */
  const pixels = (name, key, make) => ({ ...folder.load(name, key, make), divisor: 255, scaledType: "float32" });
  const part = (count, index) => stratifiedSplit(mnistOf("t10k"), count, SPLIT_SEED)[index];

  const ofNets = size(
    { batchSize: [32, 64, 128], epochs: [5, 10], optimizer: ["adam", "rmsprop"] },
    { batchSize: [32, 64], epochs: [1] },
  );
  /** In the order of training. */
  const families = [
    { name: "fcnn", title: "dense nets", estimator: "fcnn", params: { randomState: 42 }, grid: ofNets },
    {
      name: "xgboost",
      title: "boosted trees",
      estimator: "boosting",
      params: { randomState: 42 },
      grid: size({ maxDepth: [3, 6], learningRate: [0.1, 0.3], nEstimators: [50, 100] }, { nEstimators: [2, 3] }),
    },
    {
      name: "rf",
      title: "forests",
      estimator: "forest",
      params: { criterion: "entropy", randomState: 42 },
      grid: size(
        { nEstimators: [50, 75, 100], maxDepth: [null, 10, 20], minSamplesSplit: [2, 5, 10] },
        { nEstimators: [5, 10] },
      ),
    },
    {
      name: "svm",
      title: "support vector machines, rbf, with probabilities",
      estimator: "svc",
      params: { kernel: "rbf", probability: true, randomState: 42 },
      grid: size({ C: [1, 10, 100], gamma: [0.1, 0.01] }, { C: [1, 10] }),
    },
    { name: "cnn", title: "convolutional nets", estimator: "cnn", params: { randomState: 42 }, grid: ofNets },
  ];
  const searching = ({ name, estimator, params, grid }) => ({
    ...{ op: "search", model: name, data: "train", test: "test" },
    ...{ estimator, params, grid, folds: 3, jobs: 2 },
  });
  /** One candidate, so that code is compiled and workers run. */
  const warming = (family) => {
    const grid = Object.fromEntries(Object.entries(family.grid).map(([param, [first]]) => [param, [first]]));
    const fewer = { ...("epochs" in grid && { epochs: [1] }), ...("nEstimators" in grid && { nEstimators: [2] }) };
    return { ...searching({ ...family, grid: { ...grid, ...fewer } }), data: "few", test: "few" };
  };
  const candidates = ({ grid }) => Object.values(grid).reduce((product, { length }) => product * length, 1);
  const shape = `3 folds, train scores, refit, MNIST t10k ${trainRows} x 784, pixels / 255, two workers; scores on the others`;

  return [
    {
      id: "whole-request",
      what: "the sum of the rows above, of the same readings: five searches and the vote; the goal we aim for is 10",
      goal: 6,
      peer: "Python stack",
      cpus: TWO_CORES,
      tables: () => [
        pixels("few", `t10k-${warmRows}`, () => part(warmRows, 0)),
        pixels("train", `t10k-${trainRows}`, () => part(trainRows, 0)),
        pixels("test", `t10k-not-${trainRows}`, () => part(trainRows, 1)),
      ],
      warm: families.map(warming),
      chain: [
        ...families.map((family) => ({
          id: family.name,
          what: `GridSearchCV of ${candidates(family)} ${family.title}, ${shape}`,
          goal: 1,
          timed: searching(family),
          summary: compareScores,
        })),
        {
          id: "vote",
          what: "the soft vote of the five best models: theirs fits all of them again, as VotingClassifier does; ours takes them as they are",
          goal: 1,
          timed: { op: "vote", data: "train", test: "test", members: families.map(({ name }) => name) },
          summary: compareScores,
        },
      ],
    },
  ];
}

const SCORES = ["best", "best_score", "accuracy", "log_loss", "roc_auc", "recall", "fit_seconds"];

/** Both sides' scores, one beside the other. */
const compareScores = ({ ours, peer }) =>
  Object.fromEntries(
    SCORES.filter((score) => score in ours).flatMap((score) => [
      [`ours_${score}`, ours[score]],
      [`peer_${score}`, peer?.[score]],
    ]),
  );

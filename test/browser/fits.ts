// Fits in a page: the ensemble of digits and its members, from images of MNIST, and how long each holds up the page's thread.
import {
  type AnyEstimator,
  conv2d,
  DecisionTreeClassifier,
  dense,
  flatten,
  GradientBoostingClassifier,
  GridSearchCV,
  KerasStyleClassifier,
  LinearSVC,
  LogisticRegression,
  type Matrix,
  maxPooling2d,
  type Pool,
  RandomForestClassifier,
  StandardScaler,
  SVC,
  threadPool,
  VotingClassifier,
} from "trellis-learn";
import { loadMnist } from "trellis-learn/datasets";
import { answer } from "./answer.js";
import { longestBlock } from "./longest-block.js";

/** Milliseconds for which no fit may block the page's thread. */
const MOST = 50;
const TRAIN = 2000;
const TEST = 500;

const { X, y } = await loadMnist(
  async (name) => {
    const response = await fetch(`/${name}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  },
  { split: "test", scale: 1 / 255 },
);
const rows = (from: number, count: number) => Uint32Array.from({ length: count }, (_, i) => from + i);
const train = { X: X.take(rows(0, TRAIN)), y: y.slice(0, TRAIN) };
const test = { X: X.take(rows(TRAIN, TEST)), y: y.slice(TRAIN, TRAIN + TEST) };

const forest = () => new RandomForestClassifier({ nEstimators: 100, randomState: 42 });
const boosting = () => new GradientBoostingClassifier({ nEstimators: 20, randomState: 42 });
const machine = () => new SVC({ C: 10, gamma: 0.01, probability: true, randomState: 42 });
const fcnn = () =>
  new KerasStyleClassifier({
    epochs: 5,
    randomState: 42,
    layers: [dense({ units: 128, activation: "relu" }), dense({ activation: "softmax" })],
  });
const cnn = () =>
  new KerasStyleClassifier({
    epochs: 1,
    randomState: 42,
    inputShape: [28, 28, 1],
    layers: [
      conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ activation: "softmax" }),
    ],
  });
const ensemble = () =>
  new VotingClassifier({
    voting: "soft",
    estimators: [
      ["fcnn", fcnn()],
      ["svm", machine()],
      ["rf", forest()],
      ["boosting", boosting()],
    ],
  });

/** Each with the least accuracy on images that it has not seen; null where it has none. */
const works: readonly (readonly [title: string, make: () => AnyEstimator, least: number | null])[] = [
  ["Forest of 100", forest, 0.9],
  ["Decision tree", () => new DecisionTreeClassifier({ randomState: 42 }), 0.6],
  ["Boosting of 20", boosting, 0.85],
  ["SVC with probabilities", machine, 0.9],
  ["LinearSVC", () => new LinearSVC({ C: 0.1, randomState: 42 }), 0.8],
  ["LogisticRegression", () => new LogisticRegression({ C: 0.1 }), 0.8],
  ["Dense net", fcnn, 0.85],
  ["Convolutional net", cnn, 0.8],
  ["StandardScaler", () => new StandardScaler(), null],
  ["Ensemble of four", ensemble, 0.9],
  [
    "Search of 27 forests",
    () =>
      new GridSearchCV({
        estimator: new RandomForestClassifier({ criterion: "entropy", randomState: 42 }),
        paramGrid: { nEstimators: [25, 50, 75], maxDepth: [null, 10, 20], minSamplesSplit: [2, 5, 10] },
        cv: 3,
        errorScore: "raise",
      }),
    0.9,
  ],
  [
    "Search of 6 SVCs",
    () =>
      new GridSearchCV({
        estimator: new SVC({ randomState: 42 }),
        paramGrid: { C: [1, 10, 100], gamma: [0.1, 0.01] },
        cv: 3,
        errorScore: "raise",
      }),
    0.9,
  ],
];

interface Finding {
  readonly work: string;
  readonly pool: string;
  readonly seconds: number;
  readonly fitBlock: number;
  readonly answerBlock: number;
  readonly accuracy: number | null;
  readonly fault: string | null;
}

async function tryOut([work, make, least]: (typeof works)[number], name: string, pool: Pool): Promise<Finding> {
  const started = performance.now();
  const fitted = await longestBlock(MOST, () => make().fit(train.X, train.y, { pool }));
  const seconds = (performance.now() - started) / 1000;
  const model = fitted.value as AnyEstimator & { score?(X: Matrix, y: Uint8Array, options: object): Promise<number> };
  const answered = await longestBlock(MOST, async () =>
    least === null ? null : model.score!(test.X, test.y, { pool }),
  );
  const accuracy = answered.value;
  const faults = [
    fitted.block > MOST ? "its fit blocks the page" : "",
    answered.block > MOST ? "its answer blocks the page" : "",
    accuracy !== null && accuracy < least! ? `its accuracy is below ${least}` : "",
  ].filter(Boolean);
  const fault = faults.length > 0 ? faults.join(" and ") : null;
  return { work, pool: name, seconds, fitBlock: fitted.block, answerBlock: answered.block, accuracy, fault };
}

answer(async () => {
  const findings: Finding[] = [];
  for (const [name, pool] of [
    ["workers", threadPool()],
    ["page's thread", threadPool({ workers: 0 })],
  ] as const) {
    for (const work of works) findings.push(await tryOut(work, name, pool));
    await pool.close();
  }
  return { findings };
});

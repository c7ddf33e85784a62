// npm run check:onnx: models that toOnnx writes pass onnx's own checker, and Python's onnxruntime answers to them what Trellis
// answers. Needs Python 3.11 or newer, and PyPI the first time: the pinned peers go into test/.venv. Prints a line for each.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CalibratedClassifierCV,
  ColumnTransformer,
  conv2d,
  DummyClassifier,
  dense,
  flatten,
  GradientBoostingClassifier,
  GradientBoostingRegressor,
  KerasStyleClassifier,
  KNeighborsClassifier,
  KNeighborsRegressor,
  LinearSVC,
  LogisticRegression,
  Matrix,
  MinMaxScaler,
  maxPooling2d,
  OneHotEncoder,
  OrdinalEncoder,
  Pipeline,
  RandomForestClassifier,
  RandomForestRegressor,
  SimpleImputer,
  StandardScaler,
  SVC,
  SVR,
  VotingClassifier,
} from "trellis-learn";
import { loadDigits, loadIris } from "trellis-learn/datasets";
import { toOnnx } from "trellis-learn/exchange";
import { installPeers, python } from "./python-peers.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { version } = JSON.parse(readFileSync(path("../package.json"), "utf8"));

/** X in f32, as ONNX takes it. */
const single = ({ X, ...rest }, rows) => ({
  ...rest,
  X: new Matrix(Float32Array.from(X.take([...Array(rows).keys()]).data), rows, X.cols),
});
const iris = single(loadIris(), 150);
const digits = single(loadDigits(), 400);
const names = Array.from(iris.y, (code) => iris.targetNames[code]);
const forest = new RandomForestClassifier({ nEstimators: 20, maxDepth: 5, randomState: 0 });
const scaled = (last) => new Pipeline({ steps: [["scale", new StandardScaler()], ["last", last]] }); // biome-ignore format: one list
const net = new KerasStyleClassifier({
  layers: [
    conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }),
    maxPooling2d(),
    flatten(),
    dense({ activation: "softmax" }),
  ],
  inputShape: [8, 8, 1],
  epochs: 3,
  randomState: 0,
});
const digitsOf = Array.from(digits.y.slice(0, 400));

const fill = () => new SimpleImputer({ strategy: "most_frequent" });
const people = Array.from({ length: 40 }, (_, i) => [
  i % 7 === 0 ? Number.NaN : (i * 13) % 50,
  ["north", "south", "west"][(i * i) % 3],
  i % 5 === 0 ? Number.NaN : ["small", "large"][i % 2],
]);
const ofPeople = new ColumnTransformer({
  transformers: [
    ["numbers", new Pipeline({ steps: [["fill", new SimpleImputer()], ["scale", new StandardScaler()]] }), [0]],
    ["strings", new Pipeline({ steps: [["fill", fill()], ["encode", new OneHotEncoder()]] }), [2, 1]],
  ],
}); // biome-ignore format: one list

/** What is written, with what it learns from. */
const MODELS = [
  [forest, digits.X, digitsOf],
  [new RandomForestRegressor({ nEstimators: 10, randomState: 0 }), iris.X, Array.from(iris.y)],
  [new GradientBoostingClassifier({ nEstimators: 10 }), iris.X, names],
  [new GradientBoostingRegressor({ nEstimators: 10, objective: "count:poisson" }), iris.X, Array.from(iris.y)],
  [new SVC({ probability: true, randomState: 0 }), digits.X, digitsOf],
  [new SVR(), iris.X, Array.from(iris.y)],
  [scaled(new LinearSVC({ randomState: 0 })), iris.X, Array.from(iris.y, (code) => code === 1)],
  [scaled(new LogisticRegression()), iris.X, names],
  [new VotingClassifier({ estimators: [["a", forest.clone()], ["b", new LogisticRegression()]], voting: "soft" }), iris.X, names],
  [new VotingClassifier({ estimators: [["a", forest.clone()], ["b", new SVC()]] }), iris.X, names],
  [new MinMaxScaler({ clip: true }), iris.X, null],
  [new OneHotEncoder(), iris.X, null],
  [new DummyClassifier(), iris.X, names],
  [net, digits.X, digitsOf],
  [new KNeighborsClassifier(), digits.X, digitsOf],
  [new KNeighborsRegressor({ metric: "manhattan" }), iris.X, Array.from(iris.y)],
  [new CalibratedClassifierCV({ estimator: new SVC(), method: "isotonic" }), iris.X, names],
  [new Pipeline({ steps: [["columns", ofPeople], ["clf", new LogisticRegression()]] }), people, people.map((_, i) => i % 3 === 0)],
  [new Pipeline({ steps: [["fill", fill()], ["code", new OrdinalEncoder()]] }), people.map(([, ...strings]) => strings), null],
]; // biome-ignore format: one table

/** What the estimator answers, by the names of the model's outputs. */
async function answersOf(estimator, X) {
  const answers = {};
  const rows = (table) => table.toArrays();
  if (estimator.methods.includes("transform")) answers.transformed = rows(await estimator.transform(X));
  if (estimator.methods.includes("predictProba")) answers.probabilities = rows(await estimator.predictProba(X));
  if (estimator.target === "numbers") answers.prediction = Array.from(await estimator.predict(X), (value) => [value]);
  if (estimator.target === "labels") {
    const labels = await estimator.predict(X);
    answers.label = labels.map((label) => (typeof label === "boolean" ? Number(label) : label));
  }
  return answers;
}

const folder = mkdtempSync(join(tmpdir(), "trellis-onnx-"));
try {
  installPeers(path("requirements-onnx.txt"));
  for (const [i, [estimator, X, y]] of MODELS.entries()) {
    await estimator.fit(X, y);
    const told = {
      what: `${estimator}`,
      version,
      X: X instanceof Matrix ? X.toArrays() : X,
      ...(await answersOf(estimator, X)),
    };
    const name = join(folder, `${i}`.padStart(2, "0"));
    writeFileSync(`${name}.onnx`, await toOnnx(estimator));
    writeFileSync(`${name}.json`, JSON.stringify(told));
  }
  execFileSync(python, [path("onnx_side.py"), folder], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true });
}

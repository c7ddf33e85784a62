// Draws the pictures of docs/pictures.md, from digits: node scripts/make-doc-pictures.mjs, after npm run build.
import { mkdir, writeFile } from "node:fs/promises";
import {
  confusionMatrix,
  dense,
  int,
  KerasStyleClassifier,
  learningCurve,
  Matrix,
  permutationImportance,
  RandomForestClassifier,
  TpeTuner,
  threadPool,
  trainTestSplit,
} from "trellis-learn";
import { loadDigits, loadIris } from "trellis-learn/datasets";
import {
  confusionMatrixPicture,
  featureImportancesPicture,
  learningCurvePicture,
  optimizationHistoryPicture,
  parallelCoordinatesPicture,
  parameterImportancesPicture,
  precisionRecallCurvePicture,
  reliabilityDiagramPicture,
  rocCurvePicture,
  slicePicture,
  toPng,
  worstMistakesPicture,
} from "trellis-learn/report";

const folder = new URL("../docs/pictures/", import.meta.url);
const { X, y } = loadDigits();
const [XTrain, XTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.5, randomState: 0, stratify: y });
const pool = threadPool();

const tuner = new TpeTuner({
  estimator: new RandomForestClassifier({ randomState: 0 }),
  space: { nEstimators: int(5, 60), maxDepth: int(2, 12), minSamplesLeaf: int(1, 20, { log: true }) },
  nTrials: 40,
  cv: 3,
  randomState: 0,
});
await tuner.fit(XTrain, yTrain, { pool });
const forest = tuner.bestEstimator;
const predicted = await forest.predict(XTest, { pool });
const scored = { yTrue: yTest, yScore: await forest.predictProba(XTest, { pool }), labels: forest.classes };

const grey = (matrix) => new Matrix(matrix.data, matrix.rows, matrix.cols, { scale: 1 / 16 });
const net = new KerasStyleClassifier({
  layers: [dense({ units: 32, activation: "relu" }), dense({ activation: "softmax" })],
  epochs: 25,
  validationSplit: 0.2,
  randomState: 0,
});
await net.fit(grey(XTrain), yTrain, { pool });
const bySize = await learningCurve(forest, X, y, { shuffle: true, randomState: 0, pool });
const iris = loadIris();
const irisForest = await new RandomForestClassifier({ randomState: 0 }).fit(iris.X, iris.y, { pool });
const permuted = await permutationImportance(irisForest, iris.X, iris.y, { nRepeats: 20, randomState: 0, pool });
await pool.close();

const pictures = {
  "confusion-matrix": confusionMatrixPicture({ matrix: confusionMatrix(yTest, predicted), labels: forest.classes }),
  "roc-curve": rocCurvePicture(scored),
  "precision-recall-curve": precisionRecallCurvePicture(scored),
  "reliability-diagram": reliabilityDiagramPicture(scored),
  "worst-mistakes": worstMistakesPicture({ ...scored, X: XTest, shape: [8, 8], most: 8, ink: true }),
  "learning-curve": learningCurvePicture(net.history),
  "scores-by-size": learningCurvePicture(bySize, { title: "Learning curve of a forest", scoreName: "accuracy" }),
  "permutation-importances": featureImportancesPicture(permuted, {
    names: iris.featureNames,
    title: "Permutation importances",
  }),
  "feature-importances": featureImportancesPicture(forest.featureImportances, { shape: [8, 8] }),
  "optimization-history": optimizationHistoryPicture(tuner, { valueName: "CV accuracy" }),
  "parameter-importances": parameterImportancesPicture(tuner),
  slices: slicePicture(tuner, { valueName: "CV accuracy" }),
  "parallel-coordinates": parallelCoordinatesPicture(tuner, { valueName: "CV accuracy" }),
};
await mkdir(folder, { recursive: true });
for (const [name, svg] of Object.entries(pictures)) {
  await writeFile(new URL(`${name}.png`, folder), await toPng(await svg, { scale: 1 }));
}

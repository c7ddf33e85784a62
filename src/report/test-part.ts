import type { RunOptions } from "../core/estimator.js";
import type { Label, LabelsLike } from "../core/labels.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { accuracyScore } from "../metrics/accuracy-score.js";
import { confusionMatrix } from "../metrics/confusion-matrix.js";
import { f1Score } from "../metrics/f1-score.js";
import { logLoss } from "../metrics/log-loss.js";
import { meanAbsoluteError } from "../metrics/mean-absolute-error.js";
import { r2Score } from "../metrics/r2-score.js";
import { rootMeanSquaredError } from "../metrics/root-mean-squared-error.js";
import { confusionMatrixPicture } from "./confusion-matrix-picture.js";
import type { Figure, Picture } from "./page.js";
import { precisionRecallCurvePicture } from "./precision-recall-curve-picture.js";
import { reliabilityDiagramPicture } from "./reliability-diagram-picture.js";
import { rocCurvePicture } from "./roc-curve-picture.js";
import { type ImageShape, worstMistakesPicture } from "./worst-mistakes-picture.js";
import { written } from "./written.js";

/** Rows that took no part in a search. */
export interface TestRows {
  readonly X: MatrixLike;
  /** Labels, or numbers for a regressor. */
  readonly y: LabelsLike;
  /** Where rows are images: their rows, columns and, of colours, channels; the worst mistakes are then shown. */
  readonly shape?: ImageShape;
  /** Large values of images are ink on paper, and drawn dark. Default false. */
  readonly ink?: boolean;
}

/** A fitted model, as far as test rows ask it. */
export interface TestedModel {
  readonly target?: string;
  readonly methods?: readonly string[];
  readonly classes?: readonly Label[];
  predict(X: MatrixLike, options?: RunOptions): Promise<LabelsLike>;
  predictProba?(X: MatrixLike, options?: RunOptions): Promise<Matrix>;
}

/** What test rows show of a model. */
export interface TestPart {
  readonly figures: readonly Figure[];
  readonly pictures: readonly Picture[];
}

/** More classes than that make a picture that nobody can read. */
const MOST_CLASSES = 50;

export async function testPart(model: TestedModel, test: TestRows, options: RunOptions): Promise<TestPart> {
  const predicted = await model.predict(test.X, options);
  if (model.target === "numbers") return ofNumbers(test.y as ArrayLike<number>, predicted as ArrayLike<number>);
  const classes = model.classes;
  const knowsProbabilities = model.predictProba !== undefined && model.methods?.includes("predictProba") !== false;
  const probabilities = knowsProbabilities ? await model.predictProba!(test.X, options) : null;
  return ofLabels(test, predicted, probabilities, classes);
}

function ofNumbers(truth: ArrayLike<number>, predicted: ArrayLike<number>): TestPart {
  const figures = [
    { name: "R² on test rows", value: written(r2Score(truth, predicted)) },
    { name: "mean absolute error", value: written(meanAbsoluteError(truth, predicted)) },
    { name: "root mean squared error", value: written(rootMeanSquaredError(truth, predicted)) },
  ];
  return { figures, pictures: [] };
}

async function ofLabels(
  { X, y, shape, ink = false }: TestRows,
  predicted: LabelsLike,
  probabilities: Matrix | null,
  labels: readonly Label[] | undefined,
): Promise<TestPart> {
  const figures: Figure[] = [
    { name: "accuracy on test rows", value: written(accuracyScore(y, predicted)) },
    { name: "mean F1 on test rows", value: written(f1Score(y, predicted, { average: "macro" })) },
  ];
  const pictures: Picture[] = [];
  const names = labels ?? [];
  if (names.length <= MOST_CLASSES) {
    const matrix = confusionMatrix(y, predicted, { labels });
    pictures.push({ svg: await confusionMatrixPicture({ matrix, ...(labels !== undefined && { labels }) }) });
  }
  if (probabilities === null) return { figures, pictures };
  const scored = { yTrue: y, yScore: probabilities, labels };
  figures.push({ name: "log loss on test rows", value: written(logLoss(y, probabilities, { labels })) });
  pictures.push({ svg: await reliabilityDiagramPicture(scored) });
  if (new Set(Array.from(y as ArrayLike<Label>)).size > 1) {
    pictures.push({ svg: await rocCurvePicture(scored) }, { svg: await precisionRecallCurvePicture(scored) });
  }
  if (shape !== undefined) {
    pictures.push({ svg: await worstMistakesPicture({ ...scored, X, shape, ink }), isPhotograph: true });
  }
  return { figures, pictures };
}

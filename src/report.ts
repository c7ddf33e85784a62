/**
 * Pictures for reports, as SVG text; `toPng` turns them into PNG in Node. `searchReport` puts what a search found onto one page
 * of HTML. The packages that draw are optional: `echarts` for the pictures and `@resvg/resvg-js` for PNG.
 *
 * @module trellis-learn/report
 */

export { MissingPackageError } from "./core/missing-package.js";
export { averagePrecisionScore } from "./metrics/average-precision-score.js";
export {
  type CalibrationCurve,
  type CalibrationCurveOptions,
  calibrationCurve,
} from "./metrics/calibration-curve.js";
export { type ConfusionMatrixPictureOptions, confusionMatrixPicture } from "./report/confusion-matrix-picture.js";
export type { EvaluationHistory, LearningCurve, ScoresBySize, TrainingHistory } from "./report/curve-panels.js";
export {
  type FeatureImportancesPictureOptions,
  featureImportancesPicture,
  type SpreadImportances,
} from "./report/feature-importances-picture.js";
export type { FinishedSearch } from "./report/finished-search.js";
export { type LearningCurvePictureOptions, learningCurvePicture } from "./report/learning-curve-picture.js";
export { optimizationHistoryPicture } from "./report/optimization-history-picture.js";
export { parallelCoordinatesPicture } from "./report/parallel-coordinates-picture.js";
export {
  type ParameterImportancesPictureOptions,
  parameterImportancesPicture,
} from "./report/parameter-importances-picture.js";
export { precisionRecallCurvePicture } from "./report/precision-recall-curve-picture.js";
export {
  type ReliabilityDiagramPictureOptions,
  reliabilityDiagramPicture,
} from "./report/reliability-diagram-picture.js";
export { type CurvePictureOptions, rocCurvePicture } from "./report/roc-curve-picture.js";
export type { ScoredRows } from "./report/scored-rows.js";
export { type ReportedSearch, type SearchReportOptions, searchReport } from "./report/search-report.js";
export { slicePicture } from "./report/slice-picture.js";
export type { TestRows } from "./report/test-part.js";
export { MissingFontError, type ToPngOptions, toPng } from "./report/to-png.js";
export type { Tuning, TuningLike, TuningPictureOptions } from "./report/tuning.js";
export {
  type ImageShape,
  type WorstMistakesPictureOptions,
  worstMistakesPicture,
} from "./report/worst-mistakes-picture.js";

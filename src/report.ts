/**
 * Pictures for reports, as SVG text; `toPng` turns them into PNG in Node. The packages that draw are optional:
 * `echarts` for the pictures and `@resvg/resvg-js` for PNG.
 *
 * @module
 */
export { type ConfusionMatrixPictureOptions, confusionMatrixPicture } from "./report/confusion-matrix-picture.js";
export { MissingPackageError } from "./report/missing-package.js";
export { optimizationHistoryPicture } from "./report/optimization-history-picture.js";
export {
  type ParameterImportancesPictureOptions,
  parameterImportancesPicture,
} from "./report/parameter-importances-picture.js";
export { slicePicture } from "./report/slice-picture.js";
export { MissingFontError, type ToPngOptions, toPng } from "./report/to-png.js";
export type { Tuning, TuningPictureOptions } from "./report/tuning.js";

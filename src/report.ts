/**
 * Pictures for reports, as SVG text; `toPng` turns them into PNG in Node. The packages that draw are optional:
 * `echarts` for the pictures and `@resvg/resvg-js` for PNG.
 *
 * @module
 */
export { type ConfusionMatrixPictureOptions, confusionMatrixPicture } from "./report/confusion-matrix-picture.js";
export { MissingPackageError } from "./report/missing-package.js";
export { MissingFontError, type ToPngOptions, toPng } from "./report/to-png.js";

import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import { drawBars } from "./bars.js";
import { drawHeatMap } from "./heat-map.js";
import { written } from "./written.js";

/** Of `featureImportancesPicture`. */
export interface FeatureImportancesPictureOptions {
  /** A name for each feature. Default "feature 0", "feature 1" ... */
  readonly names?: readonly string[];
  /** For features that are pixels: rows and columns of the image, which is then drawn instead of bars. Default: bars. */
  readonly shape?: readonly [rows: number, columns: number];
  /** How many bars at most, the largest importances, an integer from 1 to 100. Default 20. */
  readonly most?: number;
  /** Default "Feature importances". */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: how many of the features are shown. */
  readonly subtitle?: string;
}

/** Importances with their spread, such as `permutationImportance` gives. */
export interface SpreadImportances {
  readonly importancesMean: ArrayLike<number>;
  readonly importancesStd: ArrayLike<number>;
}

/**
 * Draws how much features matter: as bars, the longest on top, or as an image where they are pixels. SVG text, the same for the
 * same input.
 *
 * @param importances one finite number a feature, such as `featureImportances` of a forest; or means and standard deviations,
 * which are then written beside the bars
 * @throws InvalidDataError if there are none, one is not finite, or names or shape do not fit; MissingPackageError if echarts
 * is not installed
 */
export async function featureImportancesPicture(
  importances: ArrayLike<number> | SpreadImportances,
  options: FeatureImportancesPictureOptions = {},
): Promise<string> {
  const { title = "Feature importances", names, shape, most = 20 } = options;
  const [means, spreads] =
    "importancesMean" in importances ? [importances.importancesMean, importances.importancesStd] : [importances, null];
  const values = Array.from(means);
  checkImportances(values, options);
  const count = values.length;
  if (shape !== undefined) {
    return drawHeatMap(values, shape, title, options.subtitle ?? `of ${shape[0]} x ${shape[1]} pixels`);
  }
  if (!(Number.isInteger(most) && most >= 1 && most <= 100)) {
    throw new InvalidParameterError(
      `most of featureImportancesPicture must be an integer from 1 to 100; got ${most}`,
      "most",
    );
  }
  const bars = values
    .map((value, i) => ({ name: names?.[i] ?? `feature ${i}`, value, text: textOf(value, spreads?.[i]) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, most);
  const shown = count > most ? `the ${most} most important of ${count} features` : `${count} features`;
  return drawBars(title, options.subtitle ?? shown, bars);
}

function textOf(value: number, spread: number | undefined): string {
  return spread === undefined ? written(value, 3) : `${written(value, 2)} ± ${written(spread, 2)}`;
}

function checkImportances(values: readonly number[], { names, shape }: FeatureImportancesPictureOptions): void {
  const owner = "featureImportancesPicture";
  const count = values.length;
  if (count === 0) throw new InvalidDataError(`importances of ${owner} must hold one a feature; got none`);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InvalidDataError(
      `importances of ${owner} must be finite numbers; got ${values[wrong]} for feature ${wrong}`,
    );
  }
  if (names !== undefined && names.length !== count) {
    throw new InvalidDataError(`names of ${owner} must be as many as importances (${count}); got ${names.length}`);
  }
  if (shape !== undefined && shape[0] * shape[1] !== count) {
    throw new InvalidDataError(
      `shape of ${owner} must have as many pixels as there are importances (${count}); got ${shape[0]} x ${shape[1]}`,
    );
  }
}

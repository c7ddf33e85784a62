import { type ParameterImportancesOptions, parameterImportances } from "../tune/parameter-importances.js";
import { drawBars } from "./bars.js";
import { drawnTrials, type TuningLike, type TuningPictureOptions, tuningOf } from "./tuning.js";

/** Of `parameterImportancesPicture`. */
export interface ParameterImportancesPictureOptions
  extends Pick<TuningPictureOptions, "title" | "subtitle">,
    ParameterImportancesOptions {}

/**
 * Draws how much each parameter had to do with being among the best trials (see `parameterImportances`), as bars, the
 * longest on top. SVG text, the same for the same trials.
 *
 * @param of a study, a fitted search, or `{ direction, trials }`
 * @throws InvalidDataError if no trial has a finite value; MissingPackageError if echarts is not installed; what
 * `parameterImportances` throws
 */
export async function parameterImportancesPicture(
  of: TuningLike,
  options: ParameterImportancesPictureOptions = {},
): Promise<string> {
  const { title = "Parameter importances", subtitle, ...rest } = options;
  const tuning = tuningOf(of);
  const { complete } = drawnTrials(tuning, "parameterImportancesPicture");
  const importances = [...parameterImportances(tuning, rest)];
  const bars = importances.map(([name, value]) => ({ name, value, text: share(value) }));
  return drawBars(title, subtitle ?? `what told the best of ${complete.length} trials from the rest`, bars);
}

function share(value: number): string {
  return value > 0 && value < 0.005 ? "< 0.01" : value.toFixed(2);
}

import { integerScale, objectiveAxis, valueAxis, valueScale } from "./axes.js";
import { drawChart } from "./chart.js";
import { bestLine, completeDots, legend, prunedDots } from "./marks.js";
import { heading } from "./theme.js";
import { drawnTrials, summary, type TuningLike, type TuningPictureOptions, tuningOf } from "./tuning.js";

const SIZE = { width: 640, height: 400 };
const PLOT = { left: 80, right: 24, top: 100, bottom: 56 };

/**
 * Draws how a tuning came on: a dot for each complete trial and a line of the best value so far; pruned trials are
 * hollow, at what they reported last. SVG text, the same for the same trials.
 *
 * @param of a study, a fitted search, or `{ direction, trials }`
 * @throws InvalidDataError if no trial has a finite value; MissingPackageError if echarts is not installed
 */
export async function optimizationHistoryPicture(of: TuningLike, options: TuningPictureOptions = {}): Promise<string> {
  const tuning = tuningOf(of);
  const drawn = drawnTrials(tuning, "optimizationHistoryPicture");
  const { title = "Optimisation history", subtitle = summary(drawn), valueName = "Objective value" } = options;
  const all = [...drawn.complete, ...drawn.pruned];
  const numbers = all.map(({ number }) => number);
  const values = all.map(({ value }) => value);
  const trials = integerScale(Math.min(...numbers), Math.max(...numbers));
  const at = ({ number }: { readonly number: number }) => number;
  const series = [
    completeDots(drawn.complete, at),
    prunedDots(drawn.pruned, at),
    bestLine(drawn.complete, tuning.direction, trials.max),
  ];
  const option = {
    title: heading(title, subtitle, (PLOT.left + SIZE.width - PLOT.right) / 2),
    legend: legend(series, 68),
    grid: PLOT,
    xAxis: valueAxis("Trial", 32, trials),
    yAxis: objectiveAxis(valueName, valueScale(Math.min(...values), Math.max(...values))),
    series,
  };
  return drawChart(option, SIZE);
}

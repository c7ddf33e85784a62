import { type CalibrationCurve, type CalibrationCurveOptions, calibrationCurve } from "../metrics/calibration-curve.js";
import { objectiveAxis, UNIT_SCALE, valueAxis, valueScale } from "./axes.js";
import { drawChart } from "./chart.js";
import { readScoredRows, type ScoredRows, scoresOfClass, topLabels } from "./scored-rows.js";
import { BLUE, FAINT, heading, KINDS, printable, shortened } from "./theme.js";
import { written } from "./written.js";

export interface ReliabilityDiagramPictureOptions
  extends ScoredRows,
    Pick<CalibrationCurveOptions, "nBins" | "strategy"> {
  /** Default "Reliability diagram". */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: the expected calibration error. */
  readonly subtitle?: string;
}

const SIDE = 400;
const LEFT = 76;
const HISTOGRAM = { height: 90, gap: 62, bins: 20 };

/**
 * Draws how often a model is right that says that it is so and so sure, and below it how often it is how sure. Of two classes
 * it is the second one's probability, of more the probability of the class that is predicted. On the diagonal a model is as
 * sure as it should be; below it, too sure. SVG text, the same for the same input.
 *
 * @param options `yScore` are probabilities; `nBins` is 10 by default
 * @throws InvalidDataError for probabilities that do not fit yTrue or are not within [0, 1]; InvalidParameterError for other
 * bins; MissingPackageError if echarts is not installed
 */
export async function reliabilityDiagramPicture(options: ReliabilityDiagramPictureOptions): Promise<string> {
  const { nBins = 10, strategy = "uniform", title = "Reliability diagram" } = options;
  const { truth, probabilities, ofWhat } = questionOf(options);
  const curve = calibrationCurve(truth, probabilities, { nBins, strategy });
  const summary = `expected calibration error ${written(calibrationError(curve), 3)}`;
  const subtitle = options.subtitle ?? summary;
  const top = subtitle === "" ? 50 : 72;
  const below = top + SIDE + HISTOGRAM.gap;
  const counts = histogram(probabilities);
  const countScale = valueScale(0, Math.max(...counts));
  const hidden = { show: false };
  const option = {
    title: heading(title, subtitle, LEFT + SIDE / 2),
    grid: [
      { left: LEFT, top, width: SIDE, height: SIDE },
      { left: LEFT, top: below, width: SIDE, height: HISTOGRAM.height },
    ],
    xAxis: [
      { ...valueAxis("", 30, UNIT_SCALE), gridIndex: 0 },
      { ...valueAxis(`Predicted probability of ${shortened(ofWhat, 30)}`, 32, UNIT_SCALE), gridIndex: 1 },
      { type: "category", show: false, gridIndex: 1, data: counts.map((_, i) => i) },
    ],
    yAxis: [
      { ...objectiveAxis("Observed share", UNIT_SCALE), gridIndex: 0 },
      {
        ...objectiveAxis("Rows", { ...countScale, min: 0 }),
        gridIndex: 1,
        axisLabel: { ...hidden },
      },
    ],
    series: [
      {
        type: "line",
        silent: true,
        symbol: "none",
        lineStyle: { color: FAINT, type: "dashed", width: 1.5 },
        data: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        type: "line",
        silent: true,
        clip: false,
        symbol: "circle",
        symbolSize: 8,
        lineStyle: { color: KINDS[0], width: 2 },
        itemStyle: { color: KINDS[0] },
        data: curve.probPred.map((x, i) => [x, curve.probTrue[i]]),
      },
      {
        type: "bar",
        silent: true,
        xAxisIndex: 2,
        yAxisIndex: 1,
        barCategoryGap: "8%",
        itemStyle: { color: BLUE },
        data: counts,
      },
    ],
  };
  const points = curve.probPred.map(
    (p, i) => `of ${curve.counts[i]} rows at ${written(p, 2)}: ${written(curve.probTrue[i]!, 2)}`,
  );
  const size = { width: LEFT + SIDE + 32, height: below + HISTOGRAM.height + 56 };
  return drawChart(option, size, [subtitle, ...points].join("; "));
}

/** Which rows are as a model says, and how sure it is. */
function questionOf(options: ScoredRows) {
  const owner = "reliabilityDiagramPicture";
  const table = readScoredRows(options, owner);
  const top = topLabels(table, owner);
  if (table.isBinary) {
    const truth = Uint8Array.from(table.codes);
    return { truth, probabilities: scoresOfClass(table, 1), ofWhat: printable(String(table.classes[1])) };
  }
  const truth = Uint8Array.from(top.codes, (code, row) => (code === table.codes[row] ? 1 : 0));
  return { truth, probabilities: top.probabilities, ofWhat: "the predicted class" };
}

/**
 * How far off probabilities are on average over the rows, bin by bin.
 * Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, equation 3.
 */
function calibrationError({ probTrue, probPred, counts }: CalibrationCurve): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, i) => sum + (count / rows) * Math.abs(probTrue[i]! - probPred[i]!), 0);
}

function histogram(probabilities: Float64Array): number[] {
  const counts = new Array<number>(HISTOGRAM.bins).fill(0);
  for (const p of probabilities) counts[Math.min(HISTOGRAM.bins - 1, Math.floor(p * HISTOGRAM.bins))]!++;
  return counts;
}

import { integerScale, objectiveAxis, type Scale, UNIT_SCALE, valueAxis, valueScale } from "./axes.js";
import { drawChart } from "./chart.js";
import { type CurvePanel, type CurvePanels, type LearningCurve, type PanelLine, panelsOf } from "./curve-panels.js";
import { heading, INK, KINDS, printable, shortened } from "./theme.js";
import { written } from "./written.js";

/** Of `learningCurvePicture`. */
export interface LearningCurvePictureOptions {
  /** Default "Learning curve". */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: what each line came to in the end. */
  readonly subtitle?: string;
  /** What scores over training sizes are. Default "Score". */
  readonly scoreName?: string;
}

const WIDTH = 640;
const PLOT = { left: 84, right: 24, height: 200, gap: 34 };
const TOP = 100;
/** More points than that are a line without dots. */
const MOST_DOTS = 30;

/**
 * Draws how a model came to be: loss and metrics after each epoch of a neural network (`history`), or each round of gradient
 * boosting (`evalsResult`), a panel for each metric; or scores over the number of training rows, with a band of one standard
 * deviation over the folds. SVG text, the same for the same input.
 *
 * @throws InvalidDataError where nothing is a finite number, or lines are not equally long; MissingPackageError if echarts is
 * not installed
 */
export async function learningCurvePicture(
  curve: LearningCurve,
  options: LearningCurvePictureOptions = {},
): Promise<string> {
  const { title = "Learning curve", scoreName = "Score" } = options;
  const found = panelsOf(curve, scoreName);
  const { panels, xs } = found;
  const subtitle = options.subtitle ?? `in the end ${panels.map(endsOf).join(" · ")}`;
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map((line) => line.name)))];
  const xScale = integerScale(Math.min(...xs), Math.max(...xs));
  const middle = (PLOT.left + WIDTH - PLOT.right) / 2;
  const option = {
    title: heading(title, shortened(subtitle, 84), middle),
    legend: {
      top: 68,
      left: "center",
      itemGap: 24,
      itemWidth: 24,
      itemHeight: 10,
      selectedMode: false,
      textStyle: { color: INK, fontSize: 13 },
      data: names.map((name) => ({ name: labelOf(name) })),
    },
    grid: panels.map((_, i) => ({
      left: PLOT.left,
      right: PLOT.right,
      top: TOP + i * (PLOT.height + PLOT.gap),
      height: PLOT.height,
    })),
    xAxis: panels.map((_, i) => xAxis(found, xScale, i)),
    yAxis: panels.map((panel, i) => ({ ...objectiveAxis(panel.name, scaleOf(panel)), gridIndex: i })),
    series: panels.flatMap((panel, i) => panel.lines.flatMap((line) => marksOf(line, xs, i, names.indexOf(line.name)))),
  };
  const height = TOP + panels.length * (PLOT.height + PLOT.gap) - PLOT.gap + 56;
  return drawChart(option, { width: WIDTH, height }, subtitle);
}

/** "loss 0.229, validation 0.268". */
function endsOf({ name, lines }: CurvePanel): string {
  const ends = lines.map((line) => {
    const last = line.values.findLast(Number.isFinite);
    const value = last === undefined ? "none" : written(last, 3);
    return line.name === "training" ? value : `${line.name} ${value}`;
  });
  return `${name} ${ends.join(", ")}`;
}

function labelOf(name: string): string {
  return shortened(printable(name), 30);
}

/** Written below the last panel only; its ticks go through all. */
function xAxis({ xName, panels }: CurvePanels, scale: Scale, i: number) {
  const axis = valueAxis(i === panels.length - 1 ? xName : "", 32, scale);
  return i === panels.length - 1
    ? { ...axis, gridIndex: i }
    : { ...axis, gridIndex: i, axisLabel: { ...axis.axisLabel, show: false } };
}

function scaleOf({ lines }: CurvePanel): Scale {
  const ends = lines.flatMap(({ values, spreads }) =>
    values.flatMap((value, i) => [value - (spreads?.[i] ?? 0), value + (spreads?.[i] ?? 0)]),
  );
  const finite = ends.filter(Number.isFinite);
  if (finite.length === 0) return UNIT_SCALE;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const scale = valueScale(low, high);
  // Losses have no room below 0, accuracies none above 1.
  return {
    ...scale,
    min: low >= 0 ? Math.max(0, scale.min) : scale.min,
    max: high <= 1 ? Math.min(1, scale.max) : scale.max,
  };
}

function marksOf({ name, values, spreads }: PanelLine, xs: readonly number[], panel: number, kind: number) {
  const color = KINDS[kind % KINDS.length];
  const at = { xAxisIndex: panel, yAxisIndex: panel, type: "line", silent: true };
  const own = {
    ...at,
    name: labelOf(name),
    symbol: ["circle", "rect", "triangle", "diamond"][kind % 4],
    symbolSize: 6,
    showSymbol: xs.length <= MOST_DOTS,
    lineStyle: { color, width: 2, type: kind % 2 === 0 ? "solid" : "dashed" },
    itemStyle: { color },
    data: values.map((value, i) => [xs[i], Number.isFinite(value) ? value : null]),
  };
  return spreads === undefined ? [own] : [own, ...band(values, spreads, xs, at, color!)];
}

/** The room between two lines, of which the upper one is stacked upon the lower one. */
function band(
  values: readonly number[],
  spreads: readonly number[],
  xs: readonly number[],
  at: { readonly xAxisIndex: number },
  color: string,
) {
  const edge = { ...at, stack: `band ${color}`, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 } };
  return [
    { ...edge, data: values.map((value, i) => [xs[i], value - spreads[i]!]) },
    { ...edge, areaStyle: { color, opacity: 0.15 }, data: spreads.map((spread, i) => [xs[i], 2 * spread]) },
  ];
}

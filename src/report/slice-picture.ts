import { InvalidDataError } from "../core/errors.js";
import { objectiveAxis, type ParameterScale, parameterScale, type Scale, valueAxis, valueScale } from "./axes.js";
import { drawChart } from "./chart.js";
import { bestRing, completeDots, legend, prunedDots } from "./marks.js";
import { BLUES, heading, INK } from "./theme.js";
import {
  type DrawnTrials,
  drawnTrials,
  summary,
  type TuningLike,
  type TuningPictureOptions,
  tuningOf,
  type ValuedTrial,
} from "./tuning.js";

/** Panels in a row, and pixels of one. */
const COLUMNS = 4;
const PANEL = { width: 190, height: 180, gapX: 22, gapY: 74 };
const LEFT = 80;
const TOP = 112;
const RIGHT = 96;
/** Labels of ticks that would touch each other stand upright, and are cut here. */
const LONGEST_LABEL = 72;
/** The palest blues would be lost on white. */
const SHADES = BLUES.slice(2);

/**
 * Draws the objective's value over each parameter, a panel for each: dots are complete trials, the darker the later; the
 * best has a ring, and pruned trials are hollow, at what they reported last. Axes are logarithmic where the parameter was
 * drawn so. SVG text, the same for the same trials.
 *
 * @param of a study, a fitted search, or `{ direction, trials }`
 * @throws InvalidDataError if no trial has a finite value, or none a parameter; MissingPackageError if echarts is not
 * installed
 */
export async function slicePicture(of: TuningLike, options: TuningPictureOptions = {}): Promise<string> {
  const drawn = drawnTrials(tuningOf(of), "slicePicture");
  const { title = "Slices", subtitle = summary(drawn), valueName = "Objective value" } = options;
  const trials = [...drawn.complete, ...drawn.pruned];
  const names = [...new Set(trials.flatMap(({ distributions }) => [...distributions.keys()]))];
  if (names.length === 0) throw new InvalidDataError("trials of slicePicture must have a parameter; got none");

  const values = trials.map(({ value }) => value);
  const scale = valueScale(Math.min(...values), Math.max(...values));
  const scales = names.map((name) => scaleOf(name, trials));
  const rowHeight = PANEL.height + PANEL.gapY + (scales.some(isCrowded) ? LONGEST_LABEL : 0);
  const panels = names.map((name, i) => panel(name, scales[i]!, drawn, i, rowHeight));
  const columns = Math.min(COLUMNS, names.length);
  const width = columns * (PANEL.width + PANEL.gapX) - PANEL.gapX;
  const height = Math.ceil(names.length / columns) * rowHeight;
  const option = {
    title: heading(title, subtitle, LEFT + width / 2),
    legend: legend(
      panels.flatMap(({ marks }) => marks),
      70,
    ),
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map((_, i) => valuesOf(i, valueName, scale)),
    visualMap: shades(trials, names.length, LEFT + width + 22),
    series: [...panels.map(({ dots }) => dots), ...panels.flatMap(({ marks }) => marks)],
  };
  return drawChart(option, { width: LEFT + width + RIGHT, height: TOP + height });
}

function scaleOf(name: string, trials: readonly ValuedTrial[]): ParameterScale {
  return parameterScale(trials.flatMap(({ distributions }) => distributions.get(name) ?? []));
}

function isCrowded({ ticks }: Scale): boolean {
  const longest = Math.max(...[...ticks.values()].map((text) => text.length));
  return longest * 6.6 + 4 > PANEL.width / ticks.size;
}

function panel(
  name: string,
  scale: ParameterScale,
  { complete, pruned, best }: DrawnTrials,
  i: number,
  rowHeight: number,
) {
  const place = ({ internals }: ValuedTrial) => {
    const internal = internals.get(name);
    return internal === undefined ? null : scale.place(internal);
  };
  const axes = { xAxisIndex: i, yAxisIndex: i };
  const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
  const { width, height, gapX } = PANEL;
  return {
    grid: { left: LEFT + column * (width + gapX), top: TOP + row * rowHeight, width, height },
    xAxis: { ...parameterAxis(name, scale), gridIndex: i },
    dots: { ...completeDots(complete, place), ...axes },
    marks: [
      { ...prunedDots(pruned, place), ...axes },
      { ...bestRing(best, place), ...axes },
    ],
  };
}

function parameterAxis(name: string, scale: ParameterScale) {
  if (!isCrowded(scale)) return valueAxis(name, 32, scale);
  const axis = valueAxis(name, 32 + LONGEST_LABEL, scale);
  return { ...axis, axisLabel: { ...axis.axisLabel, rotate: 90, width: LONGEST_LABEL, overflow: "truncate" } };
}

/** Written at the first panel of a row only; its rules go through all. */
function valuesOf(i: number, name: string, scale: Scale) {
  if (i % COLUMNS === 0) return { ...objectiveAxis(name, scale), gridIndex: i };
  return { ...objectiveAxis("", scale), gridIndex: i, axisLabel: { show: false } };
}

/** A bar beside the panels that says how dark which trial is. */
function shades(trials: readonly ValuedTrial[], panels: number, left: number) {
  const numbers = trials.map(({ number }) => number);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return {
    seriesIndex: Array.from({ length: panels }, (_, i) => i),
    dimension: 2,
    show: first < last,
    min: Math.min(first, last - 1),
    max: last,
    calculable: false,
    orient: "vertical",
    left,
    top: TOP - 16,
    itemHeight: PANEL.height - 24,
    itemWidth: 14,
    text: [`trial ${last}`, `${first}`],
    textStyle: { color: INK, fontSize: 12 },
    inRange: { color: SHADES },
  };
}

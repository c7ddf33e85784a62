import { InvalidDataError } from "../core/errors.js";
import { isBetter } from "../tune/best-of.js";
import { parameterScale, type Scale, valueScale } from "./axes.js";
import { drawChart } from "./chart.js";
import { ACCENT, BLUES, FAINT, heading, INK, printable, shortened } from "./theme.js";
import {
  drawnTrials,
  summary,
  type Tuning,
  type TuningLike,
  type TuningPictureOptions,
  tuningOf,
  type ValuedTrial,
} from "./tuning.js";

const HEIGHT = 300;
const TOP = 116;
const LEFT = 104;
const RIGHT = 110;
/** Between two axes, in pixels. */
const APART = { least: 130, all: 520 };
/** Of names and of values, in characters. */
const LONGEST = { name: 18, value: 12 };
/** More lines than that are a fog, and a file of megabytes. */
const MOST_LINES = 500;
const SHADES = BLUES.slice(2);

/**
 * Draws each complete trial as a line through its parameters, an axis for each, to the value that it came to on the last axis:
 * the darker the better, and the best in a colour of its own. SVG text, the same for the same trials. Of more than 500 trials
 * the best 500 are drawn.
 *
 * @param of a study, a fitted search, or `{ direction, trials }`
 * @throws InvalidDataError if no complete trial has a finite value, or none a parameter; MissingPackageError if echarts is not
 * installed
 */
export async function parallelCoordinatesPicture(of: TuningLike, options: TuningPictureOptions = {}): Promise<string> {
  const tuning = tuningOf(of);
  const drawn = drawnTrials(tuning, "parallelCoordinatesPicture");
  const trials = bestLast(drawn.complete, tuning).slice(-MOST_LINES);
  const names = [...new Set(trials.flatMap(({ distributions }) => [...distributions.keys()]))];
  if (names.length === 0) {
    throw new InvalidDataError(
      "trials of parallelCoordinatesPicture must hold a complete one with a parameter; got none",
    );
  }
  const { title = "Parallel coordinates", valueName = "Objective value" } = options;
  const left = drawn.complete.length > MOST_LINES ? ` · the best ${MOST_LINES} of ${drawn.complete.length} trials` : "";
  const subtitle = options.subtitle ?? `${summary(drawn)}${left}`;

  const scales = names.map((name) =>
    parameterScale(trials.flatMap(({ distributions }) => distributions.get(name) ?? [])),
  );
  const values = trials.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const places = (trial: ValuedTrial) => [
    ...names.map((name, i) => {
      const internal = trial.internals.get(name);
      return internal === undefined ? "-" : scales[i]!.place(internal);
    }),
    trial.value,
  ];
  const width = Math.max(APART.least * names.length, APART.all);
  const best = trials.at(-1)!;
  const option = {
    title: heading(title, subtitle, LEFT + width / 2),
    parallel: { left: LEFT, top: TOP, width, height: HEIGHT },
    parallelAxis: [
      ...scales.map((scale, i) => axis(names[i]!, scale, i)),
      axis(valueName, valueScale(low, high), names.length),
    ],
    visualMap: {
      show: false,
      seriesIndex: 0,
      dimension: names.length,
      min: low,
      max: high > low ? high : low + 1,
      inRange: { color: tuning.direction === "maximize" ? SHADES : SHADES.toReversed() },
    },
    series: [
      lines(trials.slice(0, -1).map(places), { width: 1.5, opacity: trials.length > 100 ? 0.4 : 0.75 }),
      lines([places(best)], { width: 3, opacity: 1, color: ACCENT }),
    ],
  };
  return drawChart(option, { width: LEFT + width + RIGHT, height: TOP + HEIGHT + 36 });
}

function bestLast(trials: readonly ValuedTrial[], { direction }: Tuning): ValuedTrial[] {
  const order = (a: ValuedTrial, b: ValuedTrial) =>
    isBetter(a.value, b.value, direction) ? 1 : isBetter(b.value, a.value, direction) ? -1 : b.number - a.number;
  return [...trials].sort(order);
}

function axis(name: string, { min, max, ticks }: Scale, dim: number) {
  const at = [...ticks.keys()];
  // Left of the first axis there are no lines to write across.
  const [side, align] = dim === 0 ? ([-1, "right"] as const) : ([1, "left"] as const);
  return {
    dim,
    z: 5,
    name: shortened(printable(name), LONGEST.name),
    nameLocation: "end",
    nameGap: 14,
    nameTextStyle: { color: INK, fontSize: 13 },
    type: "value",
    min,
    max,
    axisLine: { lineStyle: { color: FAINT } },
    axisTick: { customValues: at, length: 5 * side, lineStyle: { color: FAINT } },
    axisLabel: {
      color: INK,
      fontSize: 12,
      customValues: at,
      align,
      margin: 8 * side,
      backgroundColor: "rgba(255,255,255,0.8)",
      padding: 2,
      formatter: (value: number) => shortened(ticks.get(value) ?? "", LONGEST.value),
    },
  };
}

function lines(data: readonly (readonly (number | string)[])[], lineStyle: object) {
  return { type: "parallel", silent: true, smooth: false, lineStyle, data };
}

import { ACCENT, BLUE, FAINT, INK } from "./theme.js";
import { bestSoFar, type Tuning, type ValuedTrial } from "./tuning.js";

/** Where a trial is drawn on the horizontal axis; null where it is not. */
type Place = (trial: ValuedTrial) => number | null;

/** Place, height and number of what is drawn. */
type Mark = readonly [x: number, value: number, trial: number];

interface Marks {
  readonly name: string;
  /** Default: its mark. */
  readonly legendIcon?: string;
  readonly data: readonly Mark[];
}

export function completeDots(trials: readonly ValuedTrial[], place: Place) {
  return { ...dots("Trial", trials, place), symbolSize: 8, itemStyle: { color: BLUE, opacity: 0.85 } };
}

/** Hollow, since their values are not final. */
export function prunedDots(trials: readonly ValuedTrial[], place: Place) {
  const itemStyle = { color: "#fff", borderColor: FAINT, borderWidth: 1.5 };
  return { ...dots("Pruned", trials, place), symbol: "diamond", symbolSize: 9, itemStyle };
}

/** A ring around the best trial. */
export function bestRing(best: ValuedTrial | null, place: Place) {
  const itemStyle = { color: "transparent", borderColor: ACCENT, borderWidth: 2 };
  return { ...dots("Best trial", best === null ? [] : [best], place), symbolSize: 15, itemStyle, z: 3 };
}

/** The best value so far, up to the end of the axis. */
export function bestLine(trials: readonly ValuedTrial[], direction: Tuning["direction"], end: number) {
  const data = bestSoFar(trials, direction).map(({ value }, i): Mark => [trials[i]!.number, value, trials[i]!.number]);
  const last = data.at(-1);
  if (last !== undefined) data.push([end, last[1], last[2]]);
  return {
    name: "Best so far",
    type: "line",
    step: "end",
    symbol: "none",
    silent: true,
    lineStyle: { color: ACCENT, width: 2 },
    itemStyle: { color: ACCENT },
    legendIcon: "path://M0,6 h14 v2 h-14 z",
    data,
  };
}

/** Names of what is drawn; what has no marks is left out. */
export function legend(series: readonly Marks[], top: number) {
  const drawn = series.filter(({ data }) => data.length > 0);
  const icons = new Map(drawn.map(({ name, legendIcon }) => [name, legendIcon]));
  const data = [...icons].map(([name, icon]) => (icon === undefined ? { name } : { name, icon }));
  const textStyle = { color: INK, fontSize: 13 };
  return { top, left: "center", itemGap: 24, itemWidth: 14, itemHeight: 14, textStyle, selectedMode: false, data };
}

function dots(name: string, trials: readonly ValuedTrial[], place: Place) {
  const data = trials.flatMap((trial): Mark[] => {
    const x = place(trial);
    return x === null ? [] : [[x, trial.value, trial.number]];
  });
  return { name, type: "scatter", silent: true, data };
}

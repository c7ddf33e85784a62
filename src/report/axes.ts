import { describe } from "../core/to-matrix.js";
import type { Distribution } from "../model-selection/distributions.js";
import { FAINT, INK, printable, RULE } from "./theme.js";
import { written } from "./written.js";

/** Where on an axis what is written, and where the axis ends; in numbers that lie evenly on it. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: ReadonlyMap<number, string>;
}

/** The axis of a parameter. */
export interface ParameterScale extends Scale {
  /** Where an internal number lies: its logarithm where orders of magnitude count alike. */
  place(internal: number): number;
}

const MOST_TICKS = 6;
/** Significant digits of a tick. */
const DIGITS = 12;

/** For everything that one parameter was drawn from. */
export function parameterScale(distributions: readonly Distribution[]): ParameterScale {
  const [first] = distributions;
  if (first!.kind === "choice") return choiceScale(first!.choices);
  const ranges = distributions.filter((distribution) => distribution.kind !== "choice");
  const [low, high] = [Math.min(...ranges.map((range) => range.low)), Math.max(...ranges.map((range) => range.high))];
  if (ranges.every(({ log }) => log)) return logScale(low, high);
  const isInteger = ranges.every(({ kind }) => kind === "int");
  const step = first!.step !== null && (high - low) / first!.step <= MOST_TICKS ? first!.step : 0;
  const at = step > 0 || low === high ? multiples(low, high, step || 1, low) : roundNumbers(low, high, isInteger);
  return { ...padded(low, high), ticks: labelled(at), place: (value) => value };
}

function choiceScale(choices: readonly unknown[]): ParameterScale {
  const names = choices.map((choice) => printable(typeof choice === "string" ? choice : describe(choice)));
  return { min: -0.5, max: choices.length - 0.5, ticks: new Map(names.entries()), place: (at) => at };
}

/** Powers of ten, and 2 and 5 of each where they are few. */
function logScale(low: number, high: number): ParameterScale {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const powers = multiples(from, to, Math.max(1, Math.ceil((to - from) / MOST_TICKS))).map((power) => 10 ** power);
  const finer = multiples(Math.floor(from), to, 1).flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const values = powers.length >= 3 ? powers : finer.filter((value) => value >= low && value <= high);
  const ticks = new Map((values.length < 2 ? [low, high] : values).map((at) => [Math.log10(at), written(at)]));
  return { ...padded(from, to), ticks, place: Math.log10 };
}

/** For numbers in the order of trials, times and the like. */
export function integerScale(low: number, high: number): Scale {
  return { ...padded(low, high), ticks: labelled(roundNumbers(low, high, true)) };
}

/** Ends at round numbers, so that the rules across a picture are where its numbers are. */
export function valueScale(low: number, high: number): Scale {
  const margin = marginOf(low, high);
  const step = roundStep(low - margin, high + margin);
  const [min, max] = [Math.floor((low - margin) / step) * step, Math.ceil((high + margin) / step) * step];
  return { min: exact(min), max: exact(max), ticks: labelled(multiples(min, max, step)) };
}

/** For shares and probabilities. */
export const UNIT_SCALE: Scale = { min: 0, max: 1, ticks: labelled(multiples(0, 1, 0.2)) };

/** All with as many decimals. */
function labelled(values: readonly number[]): ReadonlyMap<number, string> {
  const texts = values.map((value) => written(value, DIGITS));
  if (texts.some((text) => text.includes("e"))) return new Map(values.map((value, i) => [value, texts[i]!]));
  const decimals = Math.max(0, ...texts.map((text) => text.split(".")[1]?.length ?? 0));
  return new Map(values.map((value) => [value, value.toFixed(decimals)]));
}

/** A little room, so that no dot lies on the frame. */
function padded(low: number, high: number): { readonly min: number; readonly max: number } {
  const margin = marginOf(low, high);
  return { min: low - margin, max: high + margin };
}

/** A twentieth of the range; of the value where there is but one, or they differ in their last digits only. */
function marginOf(low: number, high: number): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size < 1e-300) return 1;
  return (high - low > 1e-9 * size ? high - low : size) / 20;
}

function roundNumbers(low: number, high: number, isInteger: boolean): number[] {
  const step = roundStep(low, high);
  return multiples(low, high, isInteger ? Math.max(1, step) : step);
}

/** 1, 2 or 5 times a power of ten, so that a range has few of its multiples. */
function roundStep(low: number, high: number): number {
  const least = (high - low || 1) / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least * (1 - 1e-9))!;
}

/** From `low` to `high`, counted from `origin`. */
function multiples(low: number, high: number, step: number, origin = 0): number[] {
  const first = Math.ceil((low - origin) / step - 1e-9);
  const last = Math.floor((high - origin) / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => exact(origin + (first + i) * step));
}

/** Without the dust of binary fractions. */
function exact(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** An axis that writes what its scale says. */
export function valueAxis(name: string, nameGap: number, { min, max, ticks }: Scale) {
  const at = [...ticks.keys()];
  const line = { show: true, lineStyle: { color: FAINT } };
  return {
    type: "value",
    name: printable(name),
    nameLocation: "middle",
    nameGap,
    nameTextStyle: { color: INK, fontSize: 14 },
    min,
    max,
    axisLine: { ...line, onZero: false },
    axisTick: { ...line, customValues: at },
    axisLabel: { color: INK, fontSize: 12, customValues: at, formatter: (value: number) => ticks.get(value) ?? "" },
    splitLine: { show: false },
  };
}

/** The axis of objective values, with rules across the picture. */
export function objectiveAxis(name: string, scale: Scale) {
  const axis = valueAxis(name, 56, scale);
  return {
    ...axis,
    axisLine: { show: false },
    axisTick: { ...axis.axisTick, show: false },
    splitLine: { show: true, lineStyle: { color: RULE } },
  };
}

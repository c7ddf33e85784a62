import type { Loss } from "../../../src/neural/losses.js";
import { sigmoid, softplus } from "./activations.js";

/** Losses of crossentropies are of what the last activation is given, where no probability rounds to 0 or 1. */
export const isOfScores = (loss: Loss): boolean => loss === "categoricalCrossentropy" || loss === "binaryCrossentropy";

/** What one row's outputs (or scores) come to. */
export interface RowLoss {
  readonly loss: number;
  /** With respect to each of them. */
  readonly gradient: readonly number[];
  /** Whether the row's class was told; false for numbers. */
  readonly right: boolean;
  /** By how much the greatest score leads; Infinity for numbers. */
  readonly lead: number;
}

export function rowLoss(loss: Loss, ends: readonly number[], target: number): RowLoss {
  if (loss === "categoricalCrossentropy") return categoricalCrossentropy(ends, target);
  if (loss === "binaryCrossentropy") return binaryCrossentropy(ends[0]!, target);
  const [value, slope] = NUMBERS[loss](ends[0]! - target);
  return { loss: value, gradient: [slope], right: false, lead: Number.POSITIVE_INFINITY };
}

/** -ln softmax(z)_t = ln sum e^z - z_t; its gradient is softmax(z) - [k = t]. */
function categoricalCrossentropy(z: readonly number[], target: number): RowLoss {
  const most = Math.max(...z);
  const sum = z.reduce((total, each) => total + Math.exp(each - most), 0);
  const best = z.indexOf(most);
  const second = Math.max(...z.filter((_, k) => k !== best));
  return {
    loss: Math.log(sum) + most - z[target]!,
    gradient: z.map((each, k) => Math.exp(each - most) / sum - (k === target ? 1 : 0)),
    right: best === target,
    lead: most - second,
  };
}

/** -ln sigmoid(z) of the class 1, -ln sigmoid(-z) of the class 0; the gradient is sigmoid(z) - t. */
function binaryCrossentropy(z: number, target: number): RowLoss {
  return {
    loss: target === 1 ? softplus(-z) : softplus(z),
    gradient: [sigmoid(z) - target],
    right: (z > 0 ? 1 : 0) === target,
    lead: Math.abs(z),
  };
}

type OfNumbers = Exclude<Loss, "categoricalCrossentropy" | "binaryCrossentropy">;

/** Of an error, output - target: the loss and its slope. */
const NUMBERS: { readonly [L in OfNumbers]: (error: number) => readonly [loss: number, slope: number] } = {
  meanSquaredError: (e) => [e * e, 2 * e],
  meanAbsoluteError: (e) => [Math.abs(e), Math.sign(e)],
  huber: (e) => (Math.abs(e) <= 1 ? [(e * e) / 2, e] : [Math.abs(e) - 0.5, Math.sign(e)]),
};

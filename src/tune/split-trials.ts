import { type FrozenTrial, lastStep } from "./frozen-trial.js";
import type { Direction } from "./sampler.js";
import { TrialMemo } from "./trial-memo.js";

export interface TrialSplit {
  /** The best trials, in the order of their numbers. */
  readonly below: readonly FrozenTrial[];
  /** All others, in the order of their numbers. */
  readonly above: readonly FrozenTrial[];
}

/** How many of n finished trials count as good: a tenth, at most 25. */
export function goodTrials(n: number): number {
  return Math.min(Math.ceil(0.1 * n), 25);
}

/**
 * Splits trials into good ones and others as Optuna does. Complete trials come first, by value; then pruned ones, those
 * that came further first; then those that violate constraints, by how far. Running trials are taken for bad, so that
 * what is being tried is not tried again ("constant liar").
 *
 * @param trials complete, pruned and running ones, in the order of their numbers
 * @param ranks those in the study's direction
 */
export function splitTrials(trials: readonly FrozenTrial[], ranks: TrialMemo<TrialRank>): TrialSplit {
  const below = bestOf(trials, ranks).sort((a, b) => a.number - b.number);
  const above: FrozenTrial[] = [];
  let next = 0;
  for (const trial of trials) {
    if (trial === below[next]) next++;
    else above.push(trial);
  }
  return { below, above };
}

/** What trials are ordered by, the first number first; smaller is better. */
export type TrialRank = readonly [tier: number, first: number, second: number];

/** The ranks of trials in a study of this direction. */
export function ranksTo(direction: Direction): TrialMemo<TrialRank> {
  return new TrialMemo((trial) => rankOf(trial, direction));
}

/** Few are wanted of many, so they are picked instead of sorting all. Of equals the older one is the better. */
function bestOf(trials: readonly FrozenTrial[], ranks: TrialMemo<TrialRank>): FrozenTrial[] {
  let finished = 0;
  for (const { state } of trials) if (state !== "running") finished++;
  const count = goodTrials(finished);
  const best: FrozenTrial[] = [];
  const bestRanks: TrialRank[] = [];
  for (const trial of trials) {
    if (trial.state === "running") continue;
    const rank = ranks.of(trial);
    const isFull = best.length === count;
    if (isFull && !isBetter(rank, bestRanks[count - 1]!)) continue;
    let at = isFull ? count - 1 : best.length;
    for (; at > 0 && isBetter(rank, bestRanks[at - 1]!); at--) {
      best[at] = best[at - 1]!;
      bestRanks[at] = bestRanks[at - 1]!;
    }
    best[at] = trial;
    bestRanks[at] = rank;
  }
  return best;
}

function isBetter(a: TrialRank, b: TrialRank): boolean {
  if (a[0] !== b[0]) return a[0] < b[0];
  return a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];
}

const [COMPLETE, PRUNED, INFEASIBLE] = [0, 1, 2];

function rankOf(trial: FrozenTrial, direction: Direction): TrialRank {
  const violation = violationOf(trial);
  if (violation > 0) return [INFEASIBLE, violation, 0];
  if (trial.state === "complete") return [COMPLETE, costOf(trial.value, direction), 0];
  const step = lastStep(trial);
  // Trials that were pruned without a report come last among the pruned.
  return step === null ? [PRUNED, 1, 0] : [PRUNED, -step, costOf(trial.intermediate.get(step)!, direction)];
}

/** What is no number is worst. */
function costOf(value: number | null, direction: Direction): number {
  if (value === null || Number.isNaN(value)) return Infinity;
  return direction === "minimize" ? value : -value;
}

/**
 * The sum of the positive constraints, which are system attributes: "constraints:name" for each, or an older Optuna's
 * "constraints" for all; 0 where nothing is violated.
 */
function violationOf({ systemAttrs }: FrozenTrial): number {
  let sum = 0;
  for (const [key, value] of systemAttrs) {
    if (key === "constraints" && Array.isArray(value)) for (const each of value) sum += excessOf(each);
    else if (key.startsWith("constraints:")) sum += excessOf(value);
  }
  return sum;
}

function excessOf(constraint: unknown): number {
  return typeof constraint === "number" && constraint > 0 ? constraint : 0;
}

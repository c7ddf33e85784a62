/**
 * Proposals of the tree-structured Parzen estimator.
 *
 * Problem of propose: of candidates that are drawn from the density of good observations, find the one at which the ratio of
 * that density and of the density of the other observations is largest; the first of several.
 *
 * Problem of logDensities: the logarithms of such a density at points. A density is a mixture of one product of kernels for each
 * of n observations, the oldest first, and of a wide one, the prior. The prior and the newest 25 have weight 1, older ones the
 * less the older they are, evenly down to 1 / n; then all are divided by their sum. A parameter's factors are:
 *
 * - of a range, normals around the observed numbers, cut to the range, and for the prior a normal in the middle of it that is as
 *   wide as the range. The other deviations are the distance to the farther one of the two neighbours among the observed
 *   numbers (of equal ones the older is on the left; of a single one the ends of the range are the neighbours), at least a
 *   min(100, n + 2)th of the range, and at most the range. Of a logarithmic range all this is so for logarithms. Where there are
 *   steps, the range is half a step wider on both sides, and it is not densities but masses between half a step below and half
 *   a step above;
 * - of choices, (1 + s) / (1 + s choices) for what was observed and s / (1 + s choices) for each other choice, where
 *   s = 1 / (n + 1), and 1 / choices for the prior.
 *
 * These are Optuna 5's: J. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 24 (2011), 2546-2554, with the
 * components of S. Watanabe, https://arxiv.org/abs/2304.11127.
 *
 * A candidate takes 1 + parameters uniform numbers in [0, 1): the first chooses a kernel by its weight, the others are the shares
 * of that kernel's factors that lie below what is drawn.
 *
 * exp and log are the kernels' own, so that all engines give the same bits; densities are theirs to 1e-9. All addresses are byte
 * offsets, multiples of 8.
 */

import type { Kernel } from "./kernel.js";
import { tpe } from "./modules.js";

/** See `proposeArgs`. */
export const propose: Kernel = { module: tpe, name: "propose" };

/** See `logDensitiesArgs`. */
export const logDensities: Kernel = { module: tpe, name: "logDensities" };

interface Range {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Null for a continuous range. */
  readonly step: number | null;
}

interface Choice {
  readonly choices: readonly unknown[];
}

/** A parameter as the kernels have it, f64[5]: its kind, low, high, step (0 for none) and number of choices. */
export function parameterWords(parameter: Range | Choice): number[] {
  if ("choices" in parameter) return [2, 0, 0, 0, parameter.choices.length];
  const { low, high, log, step } = parameter;
  return [log ? 1 : 0, low, high, step ?? 0, 0];
}

/** Bytes of the table of masses that is kept from call to call; all 0 before the first. */
export const MASSES_BYTES = 24 << 12;

export interface ParzenSpace {
  /** f64[parameters][5]: see `parameterWords`; each has more than one value. */
  readonly space: number;
  readonly parameters: number;
  /**
   * f64[..][parameters]: what was observed. Finite; of a logarithmic parameter > 0, of one of choices a position among them.
   */
  readonly table: number;
  /** See `MASSES_BYTES`. */
  readonly masses: number;
}

/** Some rows of the table. */
export interface Rows {
  /** u32[n] */
  readonly at: number;
  readonly n: number;
}

export interface Candidates {
  readonly n: number;
  /** f64[n][1 + parameters] */
  readonly uniforms: number;
}

/** Bytes of scratch of both kernels; `nOther` is 0 for `logDensities`. */
export function parzenScratchBytes(parameters: number, nGood: number, nOther: number): number {
  const passing = 2048 + 20 * (Math.max(nGood, nOther) + 1);
  return 8 * parameters + estimatorBytes(parameters, nGood) + estimatorBytes(parameters, nOther) + passing;
}

const estimatorBytes = (parameters: number, n: number): number =>
  48 + 64 * parameters + (4 + 4 * parameters) * 8 * (n + 1 + ((n + 1) % 2));

/** propose(...) -> DONE: its arguments, in order. Writes the candidate, f64[parameters]. */
export function proposeArgs(
  { space, parameters, table, masses }: ParzenSpace,
  good: Rows,
  other: Rows,
  candidates: Candidates,
  scratch: number,
  out: number,
): number[] {
  const observed = [table, good.at, good.n, other.at, other.n];
  return [space, parameters, ...observed, candidates.uniforms, candidates.n, masses, scratch, out];
}

/** logDensities(...) -> DONE: its arguments, in order. Of points f64[nPoints][parameters] it writes f64[nPoints]. */
export function logDensitiesArgs(
  { space, parameters, table, masses }: ParzenSpace,
  rows: Rows,
  points: number,
  nPoints: number,
  scratch: number,
  out: number,
): number[] {
  return [space, parameters, table, rows.at, rows.n, points, nPoints, masses, scratch, out];
}

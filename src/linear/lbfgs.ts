import { lineSearch, type Trial } from "./line-search.js";

/** The value of a smooth function at `point`; writes its gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Promise<number>;

export interface LbfgsOptions {
  /** It ends when no component of the gradient is larger. */
  readonly tol: number;
  readonly maxIter: number;
  /** Told after each iteration how many have been made. */
  readonly onIteration?: (done: number) => void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether it ended by itself: by `tol`, or because the value did not fall any more. */
  readonly converged: boolean;
}

/** Corrections that are remembered: scipy's default, which scikit-learn keeps. */
const MEMORY = 10;
/** It ends when one iteration lowers the value by less, relatively (scikit-learn's ftol). */
const VALUE_TOLERANCE = 64 * Number.EPSILON;

/** A step and the change of the gradient along it. */
interface Correction {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
}

/**
 * Minimises a function by limited-memory BFGS (D. C. Liu and J. Nocedal, Mathematical Programming 45, 1989), with the line
 * search, the constants and the endings of L-BFGS-B (C. Zhu et al., ACM TOMS 23, 1997) without bounds.
 */
export async function lbfgs(objective: Objective, start: Float64Array, options: LbfgsOptions): Promise<Minimum> {
  const { tol, maxIter } = options;
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = await objective(point, gradient);
  let corrections: Correction[] = [];
  let iterations = 0;
  const end = (converged: boolean): Minimum => ({ point, value, iterations, converged });

  while (largest(gradient) > tol) {
    if (iterations === maxIter) return end(false);
    const direction = descent(gradient, corrections);
    const slope = dot(gradient, direction);
    let there = new Float64Array(0);
    let gradientThere = new Float64Array(0);
    const evaluate = async (step: number): Promise<Trial> => {
      there = point.map((x, i) => x + step * direction[i]!);
      gradientThere = new Float64Array(point.length);
      return { step, value: await objective(there, gradientThere), slope: dot(gradientThere, direction) };
    };
    const firstStep = iterations === 0 ? 1 / Math.sqrt(dot(direction, direction)) : 1;
    const found = slope < 0 ? await lineSearch({ step: 0, value, slope }, firstStep, evaluate) : null;
    if (found === null) {
      // Rounding has spoilt the memory; steepest descent is the last resort.
      if (corrections.length === 0) return end(false);
      corrections = [];
      continue;
    }
    iterations++;
    const y = gradientThere.map((g, i) => g - gradient[i]!);
    const sy = (found.slope - slope) * found.step;
    if (sy > -Number.EPSILON * slope * found.step) {
      corrections = [...corrections.slice(1 - MEMORY), { s: direction.map((d) => d * found.step), y, sy }];
    }
    const fall = value - found.value;
    const size = Math.max(Math.abs(value), Math.abs(found.value), 1);
    [point, gradient, value] = [there, gradientThere, found.value];
    options.onIteration?.(iterations);
    if (fall <= VALUE_TOLERANCE * size) return end(true);
  }
  return end(true);
}

/** Minus the approximate inverse Hessian times the gradient: the two loops of Nocedal 1980. */
function descent(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const q = gradient.slice();
  const factors = new Float64Array(corrections.length);
  for (let i = corrections.length - 1; i >= 0; i--) {
    const { s, y, sy } = corrections[i]!;
    factors[i] = dot(s, q) / sy;
    add(q, y, -factors[i]!);
  }
  const last = corrections.at(-1);
  if (last !== undefined) scale(q, last.sy / dot(last.y, last.y));
  for (const [i, { s, y, sy }] of corrections.entries()) add(q, s, factors[i]! - dot(y, q) / sy);
  scale(q, -1);
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}

function scale(a: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! *= factor;
}

function largest(a: Float64Array): number {
  let max = 0;
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i]!));
  return max;
}

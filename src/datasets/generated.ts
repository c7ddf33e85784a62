import { InvalidParameterError } from "../core/errors.js";
import { Matrix } from "../core/matrix.js";
import type { Rule } from "../core/params.js";
import { drawSeed, Rng } from "../core/random.js";

/** Samples and classes that a generator made. */
export interface Generated {
  /** rows x features, f64. */
  readonly X: Matrix;
  /** Class of each row, counted from 0. */
  readonly y: Int32Array;
}

/** The stream of a generator; a null seed is drawn from the system's entropy. */
export function streamOf(randomState: number | null, generator: string): Rng {
  return new Rng(randomState ?? drawSeed()).stream(generator);
}

/** A table of standard normal deviates, row-major. */
export function normals(count: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: count }, () => rng.normal());
}

/** Uniform deviates in [low, high). */
export function uniforms(count: number, rng: Rng, low = 0, high = 1): Float64Array {
  return Float64Array.from({ length: count }, () => low + (high - low) * rng.next());
}

/** The rows in random order where `shuffle`, as a table of their own. */
export function assembled(
  values: Float64Array,
  labels: Int32Array,
  cols: number,
  shuffle: boolean,
  rng: Rng,
): Generated {
  if (!shuffle) return { X: new Matrix(values, labels.length, cols), y: labels };
  const order = rng.permutation(labels.length);
  const X = new Float64Array(values.length);
  order.forEach((from, to) => {
    X.set(values.subarray(from * cols, (from + 1) * cols), to * cols);
  });
  return { X: new Matrix(X, labels.length, cols), y: Int32Array.from(order, (row) => labels[row]!) };
}

/** A number repeated `count` times, or the given list, which must have `count` numbers. */
export function repeated(value: number | readonly number[], count: number, name: string, owner: string): number[] {
  if (typeof value === "number") return new Array<number>(count).fill(value);
  if (value.length === count) return [...value];
  throw new InvalidParameterError(
    `${name} of ${owner} must be a number or ${count} of them; got ${value.length}`,
    name,
  );
}

/** Whether a value is a list of finite numbers, each at least `least`. */
export function isNumbers(value: unknown, least = Number.NEGATIVE_INFINITY): value is readonly number[] {
  return Array.isArray(value) && value.every((item: unknown) => Number.isFinite(item) && (item as number) >= least);
}

/** Whether a value is an integer of at least `least`. */
export function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** The rule of an option that takes several kinds of value. */
export function listed<T>(byDefault: T, expected: string, allows: (value: unknown) => boolean): Rule<T> {
  return { default: byDefault, expected, allows, samples: [byDefault], wrong: [Number.NaN, "1", true] };
}

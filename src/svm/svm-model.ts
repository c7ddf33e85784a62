import type { Fitted } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { arrayOf, recordOf, requireShape, type Shape, thatIs } from "../core/model-shape.js";
import type { AnyKernel } from "./kernel-params.js";

/** State of a kernel machine. */
export interface SvmModel {
  /**
   * The support vectors, row-major: codes of a grid where all of them are bytes, else values as they came, f32 or f64. Empty for
   * precomputed kernels.
   */
  readonly vectors: Uint8Array | Float32Array | Float64Array;
  /** Divisor of the grid that the training table was on; 0 off it. */
  readonly divisor: number;
  /** Whether values are f32 (a vector is fround(code / divisor)) rather than f64. */
  readonly isSingle: boolean;
  /** Rows of the training table; class by class, ascending in each. */
  readonly support: Uint32Array;
  /** Columns of a precomputed X that stand for these rows; else empty. */
  readonly columns: Uint32Array;
  /** Support vectors of each class; of regression, one number. */
  readonly nSupport: Uint32Array;
  /**
   * vectors x (classes - 1), LIBSVM's sv_coef transposed: for each other class in their order the coefficient against it,
   * positive for the first class of the pair. vectors x 1 for regression.
   */
  readonly coef: Float64Array;
  /** By pair of classes (0, 1), (0, 2), ... (1, 2), ...: subtracted from the sum. */
  readonly rho: Float64Array;
  /** Platt's sigmoids by pair; empty without probabilities. */
  readonly probA: Float64Array;
  readonly probB: Float64Array;
  /** Factor of the kernel function. */
  readonly gamma: number;
  /** Rounds by pair. */
  readonly nIter: Uint32Array;
  /** Whether the solver reached its tolerance before `maxIter`, in all its problems. */
  readonly converged: boolean;
}

/** Pairs of so many classes; regression, which has none, counts as one. */
export const pairsOf = (classes: number): number => (classes === 0 ? 1 : (classes * (classes - 1)) / 2);

/** The pairs of classes in their order. */
export function pairList(classes: number): readonly (readonly [number, number])[] {
  return Array.from({ length: classes }, (_, a) => a).flatMap((a) =>
    Array.from({ length: classes - a - 1 }, (_, b) => [a, a + 1 + b] as const),
  );
}

/** The rows of a table that are support vectors as a model keeps them; `divisor` is that of the table's grid, or 0. */
export function keptRows(
  X: Matrix,
  support: Uint32Array,
  kernel: AnyKernel,
  divisor: number,
): Pick<SvmModel, "vectors" | "divisor" | "isSingle" | "support" | "columns" | "gamma"> {
  const gamma = typeof kernel === "object" ? kernel.gamma : 1;
  if (kernel === "precomputed") {
    const columns = support.map((row) => X.index?.[row] ?? row);
    return { vectors: new Float64Array(0), divisor, isSingle: false, support, columns, gamma };
  }
  const part = X.take(support);
  const vectors = (divisor === 0 ? null : bytesOf(part, divisor)) ?? valuesOf(part);
  return { vectors, divisor, isSingle: isSingle(X), support, columns: new Uint32Array(0), gamma };
}

/** Whether the values of a table are f32. */
export const isSingle = (X: Matrix): boolean => X.scale !== null || X.root.data instanceof Float32Array;

/** f32 of bytes with a scale. */
function valuesOf({ data, scale }: Matrix): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (scale === null) return new Float64Array(data);
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = data[i]! * scale;
  return values;
}

/** Codes of a grid, or null if one is no byte. */
function bytesOf({ data, scale }: Matrix, divisor: number): Uint8Array | null {
  const step = divisor * (scale ?? 1);
  if (data instanceof Uint8Array && Math.abs(step - 1) < 1e-6) return data;
  const codes = new Uint8Array(data.length);
  for (let i = 0; i < codes.length; i++) {
    const code = Math.round(data[i]! * step);
    if (code < 0 || code > 255) return null;
    codes[i] = code;
  }
  return codes;
}

/** The support vectors, vectors x features. */
export function supportTable({ vectors, divisor, isSingle, support }: SvmModel, nFeatures: number): Matrix {
  const rows = vectors.length === 0 ? 0 : support.length;
  if (!(vectors instanceof Uint8Array)) return new Matrix(vectors, rows, nFeatures);
  const values = isSingle ? new Float32Array(vectors.length) : new Float64Array(vectors.length);
  for (let i = 0; i < values.length; i++) values[i] = vectors[i]! / divisor;
  return new Matrix(values, rows, nFeatures);
}

/** Coefficients as scikit-learn's dual_coef_ has them, (classes - 1) x vectors; `sign` is -1 to turn them. */
export function dualTable({ coef, support }: SvmModel, sign: 1 | -1): Matrix {
  const count = support.length;
  const others = count === 0 ? 1 : coef.length / count;
  const table = new Float64Array(coef.length);
  for (let i = 0; i < coef.length; i++) table[(i % others) * count + Math.floor(i / others)] = sign * coef[i]!;
  return new Matrix(table, others, count);
}

const anyNumber = thatIs("a finite number", Number.isFinite);
const vectorArray: Shape = (value) => {
  if (value instanceof Uint8Array) return null;
  const isFloats = value instanceof Float32Array || value instanceof Float64Array;
  if (!isFloats) return " is no array of bytes, f32 or f64";
  for (let at = 0; at < value.length; at++) if (!Number.isFinite(value[at])) return ` holds ${value[at]} at ${at}`;
  return null;
};

/**
 * Refuses a model that was tampered with; `classes` is 0 for regression.
 * @throws InvalidModelError
 */
export function validateSvm(
  owner: string,
  { model, nFeatures }: Fitted<SvmModel>,
  classes: number,
  kernel: unknown,
  hasProbabilities: boolean,
): void {
  const pairs = pairsOf(classes);
  const isPrecomputed = kernel === "precomputed";
  const { support } = model;
  const count = support instanceof Uint32Array ? support.length : 0;
  const finite = Number.isFinite;
  requireShape(
    owner,
    model,
    recordOf({
      vectors: vectorArray,
      divisor: thatIs("0, 1, 100, 255 or 256", (value) => [0, 1, 100, 255, 256].includes(value as number)),
      isSingle: thatIs("true or false", (value) => typeof value === "boolean"),
      support: arrayOf(Uint32Array),
      columns: arrayOf(Uint32Array, isPrecomputed ? count : 0, (column) => column < nFeatures),
      nSupport: arrayOf(Uint32Array, Math.max(1, classes)),
      coef: arrayOf(Float64Array, count * Math.max(1, classes - 1), finite),
      rho: arrayOf(Float64Array, pairs, finite),
      probA: arrayOf(Float64Array, hasProbabilities ? pairs : 0, finite),
      probB: arrayOf(Float64Array, hasProbabilities ? pairs : 0, finite),
      gamma: anyNumber,
      nIter: arrayOf(Uint32Array, pairs),
      converged: thatIs("true or false", (value) => typeof value === "boolean"),
    }),
  );
  const { vectors, divisor, nSupport } = model;
  const fits =
    vectors.length === (isPrecomputed ? 0 : count * nFeatures) &&
    nSupport.reduce((sum, number) => sum + number, 0) === count &&
    (divisor > 0 || !(vectors instanceof Uint8Array));
  requireShape(
    owner,
    fits,
    thatIs("a model whose arrays belong together", (value) => value === true),
  );
}

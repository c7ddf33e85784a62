import { arrayOf, recordOf, type Shape, thatIs } from "../core/model-shape.js";

/** One machine for two classes: its value at x is the sum of coef times the kernel of x and each vector, and the intercept. */
export interface SvmMachine {
  /** Support vectors x features, row-major; of a linear kernel one row, the weights. */
  readonly vectors: Float64Array;
  /** One a vector. */
  readonly coef: Float64Array;
  readonly intercept: number;
}

/** A kernel with its numbers. */
export interface SvmKernel {
  readonly kernel: "linear" | "rbf" | "poly" | "sigmoid";
  readonly gamma: number;
  readonly coef0: number;
  readonly degree: number;
}

/** The value of the machine at a row, in the order of ml-svm's additions. */
export function valueAt(row: Float64Array, { vectors, coef, intercept }: SvmMachine, kernel: SvmKernel): number {
  const cols = row.length;
  let value = intercept;
  for (let v = 0; v < coef.length; v++) {
    value += coef[v]! * kernelValue(row, vectors.subarray(v * cols, (v + 1) * cols), kernel);
  }
  return value;
}

/** The kernel of two rows. */
export function kernelValue(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { kernel, gamma, coef0, degree }: SvmKernel,
): number {
  if (kernel === "rbf") return Math.exp(-gamma * squaredDistance(x, y));
  const product = dot(x, y);
  if (kernel === "poly") return (gamma * product + coef0) ** degree;
  return kernel === "sigmoid" ? Math.tanh(gamma * product + coef0) : product;
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += x[j]! * y[j]!;
  return sum;
}

function squaredDistance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j]! - y[j]!) * (x[j]! - y[j]!);
  return sum;
}

/** A stored machine for so many features. */
export function machineOf(nFeatures: number): Shape {
  const shape = recordOf({
    vectors: arrayOf(Float64Array, undefined, Number.isFinite),
    coef: arrayOf(Float64Array, undefined, Number.isFinite),
    intercept: thatIs("a finite number", Number.isFinite),
  });
  return (value) => {
    const wrong = shape(value);
    if (wrong !== null) return wrong;
    const { vectors, coef } = value as SvmMachine;
    const expected = coef.length * nFeatures;
    return vectors.length === expected ? null : `s vectors has ${vectors.length} values instead of ${expected}`;
  };
}

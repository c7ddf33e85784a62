/** What `decide` and `decideRow` must compute, bit for bit: pair by pair, one support vector after the other. */
import { type KernelParams, kernelValue } from "./svm-kernel-values.js";

export interface Machine {
  readonly vectors: readonly (readonly number[])[];
  /** Support vectors of each class; of regression, none. */
  readonly nSupport: readonly number[];
  /** By vector: a coefficient for each other class, or one for regression. */
  readonly coef: readonly (readonly number[])[];
  /** By pair of classes (0, 1), (0, 2), ..., or one. */
  readonly rho: readonly number[];
}

/** Decision values of a row. */
export function decisions(machine: Machine, x: readonly number[], q: number | null, fn: KernelParams): number[] {
  const { vectors, nSupport, coef, rho } = machine;
  const values = vectors.map((vector) => kernelValue(vector, x, q, fn));
  if (nSupport.length === 0) return [values.reduce((sum, value, s) => sum + coef[s]![0]! * value, 0) - rho[0]!];
  const classOf = nSupport.flatMap((count, own) => new Array<number>(count).fill(own));
  const pairs = nSupport.flatMap((_, a) => nSupport.flatMap((_, b) => (a < b ? [[a, b] as const] : [])));
  return pairs.map(([a, b], pair) => {
    let sum = 0;
    values.forEach((value, s) => {
      if (classOf[s] === a) sum += coef[s]![b - 1]! * value;
      if (classOf[s] === b) sum += coef[s]![a]! * value;
    });
    return sum - rho[pair]!;
  });
}

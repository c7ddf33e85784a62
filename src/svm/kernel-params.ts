import type { RunContext } from "../core/estimator.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { anyOf, integer, nullable, oneOf, type Rule, real, rule } from "../core/params.js";
import { inSlices } from "../core/slices.js";
import type { KernelFunction } from "../kernels/svm-gram.js";

/** A kernel of the user's: of the rows of two tables, the table rows(X) x rows(Y) of their kernel values. */
export type KernelOfTables = (X: Matrix, Y: Matrix) => MatrixLike | Promise<MatrixLike>;

/** A kernel of ours with its numbers, the user's, or none where X holds its values. */
export type AnyKernel = KernelFunction | KernelOfTables | "precomputed";

/** What the kernel machines have in common. */
export interface KernelParams {
  /**
   * "linear": x y; "poly": (gamma x y + coef0)^degree; "rbf": exp(-gamma |x - y|^2); "sigmoid": tanh(gamma x y + coef0);
   * "precomputed": X holds kernel values, rows x training rows; or a function of two tables. Default "rbf".
   */
  kernel: KernelFunction["type"] | "precomputed" | KernelOfTables;
  /** Degree of "poly". Default 3. */
  degree: number;
  /** Factor of "rbf", "poly" and "sigmoid", > 0; "scale": 1 / (features * variance of X); "auto": 1 / features. Default "scale". */
  gamma: "scale" | "auto" | number;
  /** Summand of "poly" and "sigmoid". Default 0. */
  coef0: number;
  /** By how much the optimality conditions may be violated. Default 1e-3. */
  tol: number;
  /** Most rounds for a problem of two classes; null for LIBSVM's 10,000,000, or 100 a row if that is more. Default null. */
  maxIter: number | null;
  /** Megabytes that kernel values may take; where all of them take more, rows are made again as they are needed. Default 1000. */
  cacheSize: number;
}

const TYPES = ["linear", "poly", "rbf", "sigmoid"] as const;

export const kernelSchema: { readonly [K in keyof KernelParams]-?: Rule<KernelParams[K]> } = {
  kernel: rule<KernelParams["kernel"]>({
    default: "rbf",
    expected: `one of ${TYPES.map((name) => JSON.stringify(name)).join(", ")}, "precomputed", or a function of two tables`,
    allows: (value) => typeof value === "function" || value === "precomputed" || TYPES.some((name) => name === value),
    samples: TYPES,
    wrong: ["no such choice", 1, true, null],
  }),
  degree: integer(3, { min: 0, max: 64 }),
  gamma: anyOf<KernelParams["gamma"]>("scale", oneOf("scale", "scale", "auto"), {
    ...real(1, { min: 0, open: true }),
    samples: [0.1],
  }),
  coef0: real(0),
  tol: { ...real(1e-3, { min: 0, open: true }), samples: [1e-3, 1e-2] },
  maxIter: nullable(integer(1000, { min: 1, max: 2 ** 31 - 1 })),
  cacheSize: { ...real(1000, { min: 0, open: true }), samples: [1000, 0.01] },
};

/** The kernel, with its gamma resolved for X. */
export async function kernelFor(
  { kernel, degree, gamma, coef0 }: Readonly<KernelParams>,
  X: Matrix,
  ctx: RunContext,
): Promise<AnyKernel> {
  if (typeof kernel === "function" || kernel === "precomputed") return kernel;
  return { type: kernel, degree, coef0, gamma: kernel === "linear" ? 1 : await resolvedGamma(gamma, X, ctx) };
}

async function resolvedGamma(gamma: KernelParams["gamma"], X: Matrix, ctx: RunContext): Promise<number> {
  if (typeof gamma === "number") return gamma;
  if (gamma === "auto") return 1 / X.cols;
  const variance = await ctx.workspace.memo(X, "variance", () => varianceOf(X, ctx.signal));
  return variance === 0 ? 1 : 1 / (X.cols * variance);
}

/** Rows looked at between two glances at the clock. */
const STRIDE = 64;

/** Variance of all values, by their mean and their squared distances from it. */
async function varianceOf(X: Matrix, signal: AbortSignal): Promise<number> {
  const { data, scale } = X.root;
  const { index, rows, cols } = X;
  const total = async (term: (value: number) => number) => {
    let sum = 0;
    await inSlices(
      rows,
      STRIDE,
      (from, to) => {
        for (let i = from; i < to; i++) {
          const start = (index === null ? i : index[i]!) * cols;
          let ofRow = 0;
          for (let at = start; at < start + cols; at++) {
            const cell = data[at]!;
            ofRow += term(scale === null ? cell : Math.fround(cell * scale));
          }
          sum += ofRow;
        }
      },
      signal,
    );
    return sum / (rows * cols);
  };
  const mean = await total((value) => value);
  return total((value) => (value - mean) * (value - mean));
}

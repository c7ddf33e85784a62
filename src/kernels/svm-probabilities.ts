/**
 * Probabilities from the decision values of support vector machines, as LIBSVM makes them.
 *
 * Problem of plattScaling: of decision values d of rows of two classes find A and B so that 1 / (1 + exp(A d + B)) is the
 * probability of the first. They minimise the sum of -t log p - (1 - t) log(1 - p), where t is (n1 + 1) / (n1 + 2) for the n1
 * rows of the first class and 1 / (n2 + 2) for the n2 rows of the second: Newton's method with backtracking, to gradients
 * below 1e-5. (H.-T. Lin, C.-J. Lin, R. C. Weng: A note on Platt's probabilistic outputs for support vector machines, 2007,
 * https://www.csie.ntu.edu.tw/~cjlin/papers/plattprob.pdf.) Where squares of decision values overflow, A = 0 comes out, with
 * the prior's B; and so it does where there are no rows.
 *
 * Problem of pairProbabilities: of the decision values of all pairs of classes (0 and 1, 0 and 2, ..., positive for the first of
 * the pair) find one distribution for each row: with r_ij the sigmoid of the pair i, j, held off 0 and 1 by 1e-7, and
 * r_ji = 1 - r_ij, that which minimises the sum over i and j of (r_ji p_i - r_ij p_j)^2. (T.-F. Wu, C.-J. Lin, R. C. Weng: Probability
 * estimates for multi-class classification by pairwise coupling, 2004, second method,
 * https://www.csie.ntu.edu.tw/~cjlin/papers/svmprob/svmprob.pdf, with the stopping rule of LIBSVM, .005 / classes.) Two classes need no
 * iteration: p is r, as in LIBSVM's newer versions (scikit-learn 1.9's copy iterates there too, and stops up to .005 off r).
 *
 * exp and log are the kernels' own, so that all engines give the same bits. Sums over decision values run over those at even
 * and those at odd positions of a range apart, which are added last. All addresses are byte offsets, multiples of 8.
 */

import type { Kernel } from "./kernel.js";
import { svm } from "./modules.js";

/** See `plattArgs`. */
export const plattScaling: Kernel = { module: svm, name: "plattScaling" };

/** See `pairArgs`. */
export const pairProbabilities: Kernel = { module: svm, name: "pairProbabilities" };

/** Decision values of rows of one class. */
export interface DecisionRange {
  /** f64[n] */
  readonly at: number;
  readonly n: number;
}

/** Bytes of scratch of a call of `plattScaling`. */
export const PLATT_SCRATCH_BYTES = 96;

/** The arguments of `plattScaling`, which writes A and B into out f64[2] and answers DONE. */
export function plattArgs(first: DecisionRange, second: DecisionRange, scratch: number, out: number): number[] {
  return [scratch, first.at, first.n, second.at, second.n, out];
}

export interface PairProblem {
  /** f64[rows][pairs], where pairs = classes (classes - 1) / 2 */
  readonly decisions: number;
  readonly rows: number;
  /** At least 2. */
  readonly classes: number;
  /** f64[pairs]: A of each pair's sigmoid. */
  readonly probA: number;
  /** f64[pairs]: B. */
  readonly probB: number;
}

/** Bytes of scratch of a call of `pairProbabilities`. */
export const pairScratchBytes = (classes: number): number => 8 * (classes + (classes % 2)) * (classes + 2);

/** The arguments of `pairProbabilities`, which writes out f64[rows][classes] and answers DONE. */
export function pairArgs(p: PairProblem, scratch: number, out: number): number[] {
  return [scratch, p.decisions, p.rows, p.classes, p.probA, p.probB, out];
}

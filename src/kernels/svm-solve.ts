/**
 * The quadratic problem of support vector machines.
 *
 * Problem: minimise 1/2 a' Q a + p' a over 0 <= a_t <= C_t with y' a constant, Q_st = y_s y_t K_st, by sequential minimal optimisation
 * with second-order working sets (Fan, Chen, Lin, JMLR 2005), as LIBSVM does, without shrinking. Variables lie in two
 * segments, each a run of rows of one kernel matrix: y is +1 in the first and -1 in the second. A pair of classes are the
 * rows of the one and of the other; the variables of regression are the same rows twice. A row with C_t = 0 is left out,
 * and its F still says what the others make of it.
 *
 * Which bits come out is defined so: K is f32, all else f64 unless said. F_t = -y_t (gradient)_t. i is the first position of
 * the largest F among variables that may rise (y = +1: a < C; y = -1: a > 0). Of those that may fall, with b = f32(F_i - F_t) where positive,
 * j is the first position of the largest b^2 / max(K_ii + K_tt - 2 K_it, f32(1e-12)) in f32. It ends when the largest b is
 * below tol. Else d = (F_i - F_j) / max(K_ii + K_jj - 2 K_ij, 1e-12) is cut to the room of both, a_i += y_i d,
 * a_j -= y_j d (who used up its room is put exactly on its bound), and F_t -= d (K_it - K_jt) for all t.
 *
 * Positions: those of the first segment, padded to a multiple of 4, then those of the second, padded likewise.
 */

import type { Kernel } from "./kernel.js";
import { svm } from "./modules.js";
import { LINE_BYTES } from "./svm-vectors.js";

/** smo(problem, rounds) -> DONE | MORE: does at most so many rounds. */
export const smo: Kernel = { module: svm, name: "smo" };

/** What `smo` says of a problem that is done. */
export const CONVERGED = 2;
export const STOPPED = 3;

const PROBLEM_BYTES = 104;

/** The next multiple of 4. */
export const padded = (count: number): number => 4 * Math.ceil(count / 4);

/** Two numbers: one of each segment. */
export type Two = readonly [first: number, second: number];

/** Positions of segments of so many variables. */
export const positionsOf = ([first, second]: Two): number => padded(first) + padded(second);

/** The position of variable t of all, the first segment's coming first. */
export const positionOf = ([first]: Two, t: number): number => (t < first ? t : padded(first) + t - first);

/** Where a problem of m positions lies, counted from its begin; `own` bytes of it matter before and after a call. */
export function problemLayout(m: number) {
  const f = PROBLEM_BYTES;
  const alpha = f + 8 * m;
  const bound = alpha + 8 * m;
  const own = bound + 8 * m;
  const up = own;
  const low = up + 8 * m;
  const diagonal = low + 4 * m;
  return { f, up, alpha, bound, low, diagonal, own, bytes: diagonal + 4 * m };
}

/** Where a problem finds K. */
export interface RowsAt {
  /** Address of the first row, and bytes between rows; of no meaning with `rows`. */
  readonly matrix: number;
  readonly stride: number;
  /** Descriptor of rows that are made as they are needed (see `rowsDescriptor`), or 0 where the matrix is whole. */
  readonly rows: number;
  /** f32 by row: K(x, x). */
  readonly diagonal: number;
  /** First row of each segment. */
  readonly begin: Two;
  /** Bytes from the begin of a row to each segment's first value. */
  readonly offsets: Two;
}

export interface SmoProblem {
  /** Variables of each segment. */
  readonly count: Two;
  readonly tol: number;
  readonly maxRounds: number;
}

/** Writes the fields of a problem at address `at` in `memory`; F, alpha (0) and bounds are the caller's to write. */
export function writeProblem(memory: ArrayBufferLike, at: number, p: SmoProblem, K: RowsAt): void {
  const m = positionsOf(p.count);
  const layout = problemLayout(m);
  new Uint32Array(memory, at, PROBLEM_BYTES / 4).set([
    K.matrix, K.stride, ...K.begin, ...K.offsets, padded(p.count[0]), m, at + layout.f, at + layout.up, at + layout.low,
    at + layout.diagonal, at + layout.alpha, at + layout.bound, K.diagonal, K.rows, 0, 0, 0, p.maxRounds,
  ]); // biome-ignore format: one list
  new Float64Array(memory, at + 80, 1)[0] = p.tol;
}

/** What became of a problem. */
export function readProblem(memory: ArrayBufferLike, at: number) {
  const words = new Uint32Array(memory, at + 64, 3);
  return { status: words[0]!, rounds: words[2]!, rho: new Float64Array(memory, at + 96, 1)[0]! };
}

/** What rows are made of, as they are needed: addresses. */
export interface RowSource {
  readonly vectors: number;
  /** u32 by row. */
  readonly order: number;
  /** Descriptor of the kernel function. */
  readonly fn: number;
  /** Dot products of all vectors, and bytes between their rows; 0 where there are none. */
  readonly dots: number;
  readonly dotsStride: number;
}

/** A block of columns of a problem. */
export interface Run {
  readonly block: number;
  /** Position of its first column among the rows. */
  readonly begin: number;
  /** A multiple of 4; 0 for no block. */
  readonly columns: number;
  /** Bytes from the begin of a row to its first value. */
  readonly at: number;
  /** Address of its panels, which hold all its columns; of no meaning with dot products. */
  readonly panels: number;
}

/** Where made rows are kept: all of them, marked by block, or the last ones that a problem used. */
export type Keeper =
  | {
      /** u8[rows][blocks]. */
      readonly marks: number;
      readonly blocks: number;
      /** i32 that problems have in common: above 0, they begin with filling their blocks. */
      readonly votes: number;
      /** A problem that has made so many rows has its blocks filled. */
      readonly limit: number;
      readonly matrix: number;
      readonly stride: number;
    }
  | {
      readonly slots: number;
      readonly slotOf: number;
      readonly uses: number;
      readonly matrix: number;
      readonly stride: number;
    };

const ROWS_BYTES = 124;
const MAKING_BYTES = 11 * LINE_BYTES;

/** Bytes of a descriptor of rows, and what follows it to work in. */
export const ROWS_ROOM = 128 + MAKING_BYTES;

/** The descriptor of rows that lies at address `at`, u32[31]. */
export function rowsDescriptor(at: number, source: RowSource, keeper: Keeper, runs: readonly [Run, Run]): Uint32Array {
  const { vectors, order, fn, dots, dotsStride } = source;
  const all = "marks" in keeper ? [keeper.marks, keeper.blocks] : [0, 0];
  const some = "marks" in keeper ? [0, 0, 0] : [keeper.slots, keeper.slotOf, keeper.uses];
  const filling = "marks" in keeper ? [keeper.limit, keeper.votes] : [0, 0];
  const words = [vectors, order, fn, dots, dotsStride, at + 128, ...all, keeper.matrix, keeper.stride, ...some, 0, 0];
  words.push(...filling, 0, 0, 0, 0);
  for (const run of runs) words.push(run.block, run.begin, run.columns, run.at, run.panels);
  return Uint32Array.from({ length: ROWS_BYTES / 4 }, (_, i) => words[i]!);
}

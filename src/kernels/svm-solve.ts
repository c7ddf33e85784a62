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
import { svm } from "./generated/svm.js";
import type { Kernel } from "./kernel.js";
import { panelRows, type VectorKind } from "./svm-vectors.js";

/** smo(problem, rounds) -> DONE | MORE: does at most so many rounds. */
export const smo: Kernel = { module: svm, name: "smo" };

/** What `smo` says of a problem that is done. */
export const CONVERGED = 2;
export const STOPPED = 3;

const PROBLEM_BYTES = 104;

const padded = (count: number): number => 4 * Math.ceil(count / 4);

/** Two numbers: one of each segment. */
export type Two = readonly [first: number, second: number];

/** Positions of segments of so many variables. */
export const positionsOf = ([first, second]: Two): number => padded(first) + padded(second);

/** The position of variable t of all, the first segment's coming first. */
export const positionOf = ([first]: Two, t: number): number => (t < first ? t : padded(first) + t - first);

/** Where a problem of m positions lies, counted from its begin. */
export function problemLayout(m: number) {
  const f = PROBLEM_BYTES;
  const up = f + 8 * m;
  const alpha = up + 8 * m;
  const bound = alpha + 8 * m;
  const low = bound + 8 * m;
  const diagonal = low + 4 * m;
  return { f, up, alpha, bound, low, diagonal, bytes: diagonal + 4 * m };
}

/** Where rows of K come from: a whole matrix, or a cache that makes them. */
export type RowsAt =
  | { readonly matrix: number; readonly stride: number; readonly diagonal: number }
  | { readonly cache: number; readonly offsets: Two; readonly diagonal: number };

export interface SmoProblem {
  /** First row of each segment, and how many there are. */
  readonly begin: Two;
  readonly count: Two;
  readonly tol: number;
  readonly maxRounds: number;
}

/** Writes the fields of a problem at address `at` in `memory`; F, alpha (0) and bounds are the caller's to write. */
export function writeProblem(memory: ArrayBufferLike, at: number, p: SmoProblem, rows: RowsAt): void {
  const m = positionsOf(p.count);
  const layout = problemLayout(m);
  const whole = "matrix" in rows;
  const offsets = whole ? [4 * p.begin[0], 4 * p.begin[1]] : rows.offsets;
  new Uint32Array(memory, at, PROBLEM_BYTES / 4).set([
    whole ? rows.matrix : 0, whole ? rows.stride : 0, ...p.begin, ...offsets, padded(p.count[0]), m, at + layout.f, at + layout.up,
    at + layout.low, at + layout.diagonal, at + layout.alpha, at + layout.bound, rows.diagonal, whole ? 0 : rows.cache,
    0, 0, 0, p.maxRounds,
  ]); // biome-ignore format: one list
  new Float64Array(memory, at + 80, 1)[0] = p.tol;
}

/** What became of a problem. */
export function readProblem(memory: ArrayBufferLike, at: number) {
  const words = new Uint32Array(memory, at + 64, 3);
  return { status: words[0]!, rounds: words[2]!, rho: new Float64Array(memory, at + 96, 1)[0]! };
}

/** What a cache makes rows from: addresses, and the number of all rows. */
export interface CacheSource {
  readonly vectors: number;
  /** u32[rows]. */
  readonly order: number;
  /** Descriptor of the kernel function. */
  readonly fn: number;
  /** All rows, packed. */
  readonly panels: number;
  readonly rows: number;
}

const CACHE_BYTES = 72;
/** Dot products and values of one panel. */
const CACHE_SCRATCH = 384;
/** Solvers read up to three values beyond a segment. */
const BEYOND = 64;

/** How a cache of so many bytes is laid out for a problem: rows hold whole panels that cover both segments. */
export function cacheLayout(kind: VectorKind, rows: number, begin: Two, count: Two, bytes: number) {
  const width = panelRows(kind);
  const isTwice = begin[0] === begin[1];
  const run = (k: 0 | 1) => ({ from: Math.floor(begin[k] / width), to: Math.ceil((begin[k] + count[k]) / width) });
  const [first, second] = [run(0), isTwice ? { from: 0, to: 0 } : run(1)];
  const secondAt = 4 * width * (first.to - first.from);
  const offset = 4 * (begin[0] - width * first.from);
  const offsets: Two = [offset, isTwice ? offset : secondAt + 4 * (begin[1] - width * second.from)];
  const slotBytes = secondAt + 4 * width * (second.to - second.from);
  const slotOf = CACHE_BYTES + CACHE_SCRATCH;
  const uses = slotOf + 8 * Math.ceil(rows / 2);
  const slots = Math.max(2, Math.min(rows, Math.floor((bytes - uses - BEYOND) / (slotBytes + 8))));
  const slotsAt = uses + 8 * slots;
  const runs = [first.from, first.to, 0, second.from, second.to, secondAt];
  return { runs, offsets, slotBytes, slots, slotOf, uses, slotsAt, bytes: slotsAt + slots * slotBytes + BEYOND };
}

/** Bytes of a cache that can hold two rows of any problem, which is the least that solvers need. */
export const leastCacheBytes = (rows: number): number => 2 * CACHE_BYTES + CACHE_SCRATCH + 16 * (rows + 128) + BEYOND;

/** Writes an empty cache, whose words begin at address `at`. */
export function writeCache(
  words: Uint32Array,
  at: number,
  layout: ReturnType<typeof cacheLayout>,
  { vectors, order, fn, panels, rows }: CacheSource,
): void {
  const { runs, slotBytes, slots, slotOf, uses, slotsAt } = layout;
  const known = [vectors, order, fn, panels, slots, slotBytes, at + slotsAt, at + slotOf, at + uses, 0, 0];
  words.set([...known, ...runs, at + CACHE_BYTES]);
  words.fill(0, slotOf / 4, slotOf / 4 + rows);
}

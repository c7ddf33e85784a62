/**
 * Growing boosted trees.
 *
 * Problem: given rows of binned columns and each row's gradient and hessian, find the tree that XGBoost's histogram method
 * grows (Chen, Guestrin: "XGBoost: a scalable tree boosting system", KDD 2016): split each node where
 * GL^2/(HL + lambda) + GR^2/(HR + lambda) is largest, trying missing values on both sides.
 *
 * Gradients and hessians are rounded to steps of 2^-30 of their largest, and sums of those integers in f64 are exact: so
 * the bits of a tree depend neither on the order of the rows nor on how the work is cut, and a node's histogram is
 * its parent's less its sibling's, exactly. Of equal splits XGBoost's is kept: the lowest feature; missing values right, and
 * then the lowest bin, before missing values left, and then the highest.
 *
 * A task is one tree to be grown; a job is who grows trees, with everything it works in, also how far it has come. Jobs share
 * their tasks: each takes the next as soon as it has done its last.
 */

import type { Kernel } from "./kernel.js";
import { boosting } from "./modules.js";

/**
 * grow(job, tasks, next, end) -> DONE | MORE: grows the trees of those tasks that `next`, a u32 in memory, counts up to
 * `end`. If the job cuts nodes into slices, DONE may also mean that one waits to be counted (`isWaiting`): have every slice
 * counted, in any order or at once, then `resume` and call it again.
 */
export const grow: Kernel = { module: boosting, name: "grow" };

/** count(job, slice) -> DONE: counts a slice of the rows of the waiting node. */
export const count: Kernel = { module: boosting, name: "count" };

/** `maxDepth` and `maxLeaves` for no limit. */
export const UNLIMITED = 0xffffffff;

export const DEPTH_FIRST = 0;
export const BREADTH_FIRST = 1;
export const BEST_FIRST = 2;

/** Slots for histograms that no node keeps; a job needs more than these. */
export const SCRATCH_SLOTS = 2;

/** What is the same for all trees of a model. Addresses are byte offsets into the kernel's memory. */
export interface BoostingProblem {
  /** Feature and tile descriptors; see boosting/binned-columns.ts. */
  readonly features: number;
  readonly nFeatures: number;
  readonly tiles: number;
  readonly nTiles: number;
  readonly rows: number;
  readonly totalBins: number;
  /** Which open node is split next; where `maxLeaves` does not bind, the tree is the same. */
  readonly policy: typeof DEPTH_FIRST | typeof BREADTH_FIRST | typeof BEST_FIRST;
  readonly maxDepth: number;
  readonly maxLeaves: number;
  /** i8[nFeatures] of -1, 0, 1, or 0 for none. */
  readonly monotone: number;
  /** Features drawn for a tree, of those for a depth, of those for a node. */
  readonly featuresDrawn: readonly [tree: number, depth: number, node: number];
  readonly regLambda: number;
  readonly regAlpha: number;
  readonly gamma: number;
  readonly minChildWeight: number;
  /** 0: no bound. */
  readonly maxDeltaStep: number;
  readonly learningRate: number;
  /** Odds of a row to be drawn for a tree. */
  readonly subsample: number;
  /** Entries of a row, on average. */
  readonly rowEntries: number;
}

/** Where one job works; sizes in bytes by `laneBytes`. */
export interface Lane {
  readonly job: number;
  readonly order: number;
  readonly spare: number;
  readonly histograms: number;
  readonly lists: number;
}

/** What decides the sizes of a lane; `nodes` is how many a tree may have. */
export interface LaneSize {
  readonly rows: number;
  readonly nFeatures: number;
  readonly totalBins: number;
  /** Of one feature, at most. */
  readonly mostBins: number;
  readonly nodes: number;
  readonly slots: number;
  /** Into how many slices the rows of large nodes are cut, to be counted at once; 1: none is cut. */
  readonly slices: number;
}

export const NODE_BYTES = 112;
const JOB_BYTES = 256;
const RESULT_BYTES = 40;

export function laneBytes(size: LaneSize): Record<keyof Lane, number> {
  const { rows, nFeatures, totalBins, slots, slices } = size;
  return {
    job: JOB_BYTES,
    order: 4 * rows,
    spare: 4 * Math.max(rows + 1, nFeatures),
    histograms: 16 * totalBins * (slots + slices - 1),
    lists: listsOf(size).bytes,
  };
}

/** What a lane's `lists` hold, counted from their begin. */
function listsOf({ nFeatures, mostBins, nodes, slots, slices }: LaneSize) {
  const summaries = 0;
  // A search for splits sums up every 16 bins of a feature in 32 bytes.
  const results = 32 * Math.ceil(mostBins / 16);
  const living = results + RESULT_BYTES * (2 + slices);
  const livingCounts = living + 4 * nFeatures * (slots + 1);
  const free = livingCounts + 4 * (slots + 1);
  const open = free + 4 * slots;
  const masks = open + 4 * nodes;
  return { summaries, results, living, livingCounts, free, open, masks, bytes: masks + 2 * nFeatures };
}

/** One tree to be grown. */
export interface TreeTask {
  /** f32[rows][2]: each row's gradient and hessian; they come back as integers. */
  readonly pairs: number;
  /** f32[rows], to which the tree is added. */
  readonly margins: number;
  /** Room for so many nodes of `NODE_BYTES` as a tree may have. */
  readonly nodes: number;
  readonly largestGradient: number;
  readonly largestHessian: number;
  readonly seed: readonly [low: number, high: number];
}

export const TASK_BYTES = 64;
/** Places in a task's u32s and f64s. */
const TASK_NODES = 2;
const TASK_EXTREMES = 3;
const TASK_HESSIAN_SCALE = 5;
const TASK_NODE_COUNT = 12;

/** Fills in the task at an address. */
export function writeTask(buffer: ArrayBufferLike, address: number, task: TreeTask): void {
  const words = new Uint32Array(buffer, address, TASK_BYTES / 4);
  words.set([task.pairs, task.margins, task.nodes, 0, ...task.seed]);
  new Float64Array(buffer, address, TASK_BYTES / 8).set([task.largestGradient, task.largestHessian], TASK_EXTREMES);
}

/** Fills in a job, once for all its tasks. `buffer` is the kernel's memory. */
export function writeJob(buffer: ArrayBufferLike, problem: BoostingProblem, lane: Lane, size: LaneSize): void {
  const lists = listsOf(size);
  const [ofTree, ofDepth, ofNode] = problem.featuresDrawn;
  const areAllDrawn = ofNode === problem.nFeatures;
  const words = new Uint32Array(buffer, lane.job, JOB_BYTES / 4);
  const numbers = new Float64Array(buffer, lane.job, JOB_BYTES / 8);
  words.fill(0);
  words.set([
    ...[problem.features, problem.nFeatures, problem.tiles, problem.rows, problem.totalBins],
    ...[0, NO_TASK, 0, lane.order, lane.spare, lane.histograms, size.slots],
    ...[lane.lists + lists.living, lane.lists + lists.livingCounts],
    ...[problem.nTiles, size.slices, lane.lists + lists.results],
    ...[areAllDrawn ? 0 : lane.lists + lists.masks, DIVIDE_FROM],
    ...[problem.maxDepth, problem.maxLeaves, problem.policy, problem.monotone, lane.lists + lists.summaries],
    ...[ofTree, ofDepth, ofNode],
  ]);
  numbers.set(
    [
      ...[problem.regLambda, problem.regAlpha, problem.gamma, problem.minChildWeight, problem.maxDeltaStep],
      ...[problem.learningRate, problem.subsample],
    ],
    15,
  );
  words[ROW_ENTRIES] = Math.ceil(problem.rowEntries);
  words[FREE_SLOTS] = lane.lists + lists.free;
  words[OPEN] = lane.lists + lists.open;
}

/** Nodes of fewer entries, about a millisecond's, are counted by whoever grows the tree. */
const DIVIDE_FROM = 1 << 20;
const NO_TASK = 0xffffffff;
const NODES = 7;
const PHASE = 48;
const ROW_ENTRIES = 59;
const FREE_SLOTS = 52;
const OPEN = 53;
const BUILT = 55;
const WAITING = 1;
const COUNTED = 2;

const wordsOf = (buffer: ArrayBufferLike, job: number) => new Uint32Array(buffer, job, JOB_BYTES / 4);

/** After DONE: whether a node of the job waits to be counted. */
export function isWaiting(buffer: ArrayBufferLike, { job }: Lane): boolean {
  return wordsOf(buffer, job)[PHASE] === WAITING;
}

/** How many rows the waiting node has. */
export function waitingRows(buffer: ArrayBufferLike, lane: Lane): number {
  const words = wordsOf(buffer, lane.job);
  return new Uint32Array(buffer, words[NODES]! + NODE_BYTES * words[BUILT]!, NODE_WORDS)[COUNT]!;
}

/** Says that the waiting node has been counted. */
export function resume(buffer: ArrayBufferLike, { job }: Lane): void {
  wordsOf(buffer, job)[PHASE] = COUNTED;
}

/** A grown tree as the kernel leaves it, nodes in the order in which they were made. */
export interface GrownBoostedTree {
  readonly count: number;
  /** Fields of node i at `words[i * NODE_WORDS + field]`. Views of the kernel's memory. */
  readonly words: Uint32Array;
  readonly numbers: Float64Array;
  /** Steps of the fixed point in one unit of hessians. */
  readonly hessianScale: number;
}

export const NODE_WORDS = NODE_BYTES / 4;
export const NODE_NUMBERS = NODE_BYTES / 8;
/** The BIN of a split that only rows whose value is missing go left of. */
export const BEFORE_ALL = 0xffffffff;
/** Fields in `words`; a leaf's LEFT is 0. */
export const FEATURE = 0;
export const BIN = 1;
export const DEFAULT_LEFT = 2;
export const LEFT = 3;
export const RIGHT = 4;
export const BEGIN = 5;
export const COUNT = 6;
/** Fields in `numbers`. HESSIANS is in steps of `hessianScale`. */
export const HESSIANS = 6;
export const GAIN = 9;
export const WEIGHT = 13;

/** The tree that has been grown of the task at an address. */
export function readGrown(buffer: ArrayBufferLike, address: number): GrownBoostedTree {
  const words = new Uint32Array(buffer, address, TASK_BYTES / 4);
  const [nodes, count] = [words[TASK_NODES]!, words[TASK_NODE_COUNT]!];
  return {
    count,
    words: new Uint32Array(buffer, nodes, count * NODE_WORDS),
    numbers: new Float64Array(buffer, nodes, count * NODE_NUMBERS),
    hessianScale: new Float64Array(buffer, address, TASK_BYTES / 8)[TASK_HESSIAN_SCALE]!,
  };
}

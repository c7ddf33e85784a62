/**
 * Growing one boosted tree.
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
 * A job is a record in memory that holds everything, also how far it has come; `writeJob` fills it in.
 */
import { boosting } from "./generated/boosting.js";
import type { Kernel } from "./kernel.js";

/**
 * grow(job) -> DONE | MORE: grows the tree, to its end if the job is `inline`. If it is not, DONE may also mean that nodes
 * wait to be evaluated (`isWaiting`): have every part evaluated, in any order or at once, then `resume` and call it again.
 */
export const grow: Kernel = { module: boosting, name: "grow" };

/** evaluate(job, part) -> DONE: evaluates the waiting nodes in the features of one part. */
export const evaluate: Kernel = { module: boosting, name: "evaluate" };

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
}

/** Features [first, end) of tiles [first, end), evaluated by one call. Parts are in the order of their features. */
export interface Part {
  readonly tiles: readonly [first: number, end: number];
  readonly features: readonly [first: number, end: number];
}

/** Where one lane works; sizes in bytes by `laneBytes`. */
export interface Lane {
  readonly job: number;
  readonly nodes: number;
  readonly order: number;
  readonly spare: number;
  readonly histograms: number;
  readonly lists: number;
}

/** What decides the sizes of a lane. */
export interface LaneSize {
  readonly rows: number;
  readonly nFeatures: number;
  readonly totalBins: number;
  /** Of one feature, at most. */
  readonly mostBins: number;
  readonly nodes: number;
  readonly slots: number;
  readonly parts: number;
}

export const NODE_BYTES = 112;
const JOB_BYTES = 256;
const PART_BYTES = 16;
const RESULT_BYTES = 40;

export function laneBytes(size: LaneSize): Record<keyof Lane, number> {
  const { rows, nFeatures, totalBins, nodes, slots } = size;
  return {
    job: JOB_BYTES,
    nodes: NODE_BYTES * nodes,
    order: 4 * rows,
    spare: 4 * Math.max(rows + 1, nFeatures),
    histograms: 16 * totalBins * slots,
    lists: listsOf(size).bytes,
  };
}

/** A search for splits sums up every 16 bins of a feature in 32 bytes. */
const summaryBytes = ({ mostBins }: LaneSize) => 32 * Math.ceil(mostBins / 16);

/** What a lane's `lists` hold, counted from their begin. */
function listsOf(size: LaneSize) {
  const { nFeatures, nodes, slots, parts } = size;
  const summaries = 0;
  const results = parts * summaryBytes(size);
  const partRecords = results + 2 * RESULT_BYTES * parts;
  const living = partRecords + PART_BYTES * parts;
  const livingCounts = living + 4 * nFeatures * (slots + 1);
  const free = livingCounts + 4 * parts * (slots + 1);
  const open = free + 4 * slots;
  const masks = open + 4 * nodes;
  return { summaries, results, partRecords, living, livingCounts, free, open, masks, bytes: masks + 2 * nFeatures };
}

/** What differs from tree to tree. */
export interface TreeProblem {
  /** f32[rows][2]: each row's gradient and hessian; they come back as integers. */
  readonly pairs: number;
  /** f32[rows], to which the tree is added, or 0 to leave that to the caller. */
  readonly margins: number;
  readonly largestGradient: number;
  readonly largestHessian: number;
  readonly seed: readonly [low: number, high: number];
}

/** Fills in a job. `buffer` is the kernel's memory. */
export function writeJob(
  buffer: ArrayBufferLike,
  problem: BoostingProblem,
  tree: TreeProblem,
  lane: Lane,
  size: LaneSize,
  parts: readonly Part[],
  inline: boolean,
): void {
  const lists = listsOf(size);
  const [ofTree, ofDepth, ofNode] = problem.featuresDrawn;
  const areAllDrawn = ofNode === problem.nFeatures;
  const words = new Uint32Array(buffer, lane.job, JOB_BYTES / 4);
  const numbers = new Float64Array(buffer, lane.job, JOB_BYTES / 8);
  words.fill(0);
  words.set([
    ...[problem.features, problem.nFeatures, problem.tiles, problem.rows, problem.totalBins],
    ...[tree.pairs, tree.margins, lane.nodes, lane.order, lane.spare, lane.histograms, size.slots],
    ...[lane.lists + lists.living, lane.lists + lists.livingCounts],
    ...[lane.lists + lists.partRecords, parts.length, lane.lists + lists.results],
    ...[areAllDrawn ? 0 : lane.lists + lists.masks, inline ? 1 : 0],
    ...[problem.maxDepth, problem.maxLeaves, problem.policy, problem.monotone, lane.lists + lists.summaries],
    ...[ofTree, ofDepth, ofNode, summaryBytes(size), ...tree.seed],
  ]);
  numbers.set(
    [
      ...[problem.regLambda, problem.regAlpha, problem.gamma, problem.minChildWeight, problem.maxDeltaStep],
      ...[problem.learningRate, tree.largestGradient, tree.largestHessian, problem.subsample],
    ],
    15,
  );
  words[FREE_SLOTS] = lane.lists + lists.free;
  words[OPEN] = lane.lists + lists.open;
  const records = new Uint32Array(buffer, lane.lists + lists.partRecords, 4 * parts.length);
  for (const [i, { tiles, features }] of parts.entries()) records.set([...tiles, ...features], 4 * i);
}

const PHASE = 48;
const NODE_COUNT = 49;
const FREE_SLOTS = 52;
const OPEN = 53;
const BUILT = 55;
const WAITING = 1;
const EVALUATED = 2;

const wordsOf = (buffer: ArrayBufferLike, job: number) => new Uint32Array(buffer, job, JOB_BYTES / 4);

/** Whether nodes of the job wait to be evaluated. */
export function isWaiting(buffer: ArrayBufferLike, { job }: Lane): boolean {
  return wordsOf(buffer, job)[PHASE] === WAITING;
}

/** How many rows are counted to evaluate the waiting nodes. */
export function waitingRows(buffer: ArrayBufferLike, lane: Lane): number {
  const node = wordsOf(buffer, lane.job)[BUILT]!;
  return new Uint32Array(buffer, lane.nodes + NODE_BYTES * node, NODE_WORDS)[COUNT]!;
}

/** Says that the waiting nodes have been evaluated. */
export function resume(buffer: ArrayBufferLike, { job }: Lane): void {
  wordsOf(buffer, job)[PHASE] = EVALUATED;
}

/** A grown tree as the kernel leaves it, nodes in the order in which they were made. */
export interface GrownBoostedTree {
  readonly count: number;
  /** The lane's nodes: fields of node i at `words[i * NODE_WORDS + field]`. Views of the kernel's memory. */
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

export function readGrown(buffer: ArrayBufferLike, lane: Lane): GrownBoostedTree {
  const count = wordsOf(buffer, lane.job)[NODE_COUNT]!;
  return {
    count,
    words: new Uint32Array(buffer, lane.nodes, count * NODE_WORDS),
    numbers: new Float64Array(buffer, lane.nodes, count * NODE_NUMBERS),
    hessianScale: new Float64Array(buffer, lane.job, JOB_BYTES / 8)[31]!,
  };
}

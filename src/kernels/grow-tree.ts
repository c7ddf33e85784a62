/**
 * Growing one decision tree.
 *
 * Problem: given rows of coded columns, targets and weights, find the tree of CART (Breiman et al., 1984) as scikit-learn
 * grows it (sklearn/tree/_splitter.pyx): at each node draw `maxFeatures` features without replacement, going on until
 * one is not constant, and split where the criterion falls most. Nodes come depth first, the left child right after
 * its parent.
 *
 * What a node does depends on the tree's seed, the node's path, and the rows in it, on nothing else: so a tree limited by
 * `maxDepth` or `minSamplesSplit` is byte for byte a pruning of the fully grown one. Sums are taken in an order that
 * the definition fixes, so bytes and ranks, whole matrices and views of them, and every budget give the same bits:
 * - unit weights or bootstrap counts in classification: exact integers; entropy by a table of n log2 n in fixed point;
 * - else f64: over a run of equal codes in ascending order of position first, then onto the left side's total.
 * A split must be strictly better to displace an earlier one: the feature visited first wins, then the lowest threshold.
 * A node looks at no more features once both sides of its best split are pure: no split is better.
 * `minSamplesSplit` and `minSamplesLeaf` count distinct rows in the bag; rows of weight 0 are left out.
 *
 * All addresses are byte offsets, multiples of 8, into the memory of the kernel.
 */

import type { Kernel } from "./kernel.js";
import { tree } from "./modules.js";

/**
 * growTree(budget, scratch, out, columns, nFeatures, rows, n, targets, nClasses, weights, classWeights, draws, seedLo, seedHi,
 *   criterion, entropyTable, maxDepth, minSamplesSplit, minSamplesLeaf, maxFeatures, data, splitter) -> DONE | MORE | REFUSED:
 * `growTreeArgs` writes them. The state word (the first u32 of scratch) must be 0 before the first call.
 */
export const growTree: Kernel = { module: tree, name: "growTree" };

/** entropyTable(table, max) -> DONE: table i64[max + 1] of round(n log2 n * 2^30), for nodes of weight up to max. */
export const entropyTable: Kernel = { module: tree, name: "entropyTable" };

/** growTree's third answer: nClasses times the largest bootstrap count is over 2^32. */
export const REFUSED = 2;

export const GINI = 0;
export const ENTROPY = 1;
export const SQUARED_ERROR = 2;

/** `splitter`: each feature is judged by all boundaries between its values in the node. */
export const BEST = 0;
/**
 * `splitter`: each feature that varies in the node is judged by one threshold, (1 - u) min + u max of its values there with u
 * uniform in [0, 1), and the best feature wins (Geurts, Ernst, Wehenkel: "Extremely randomized trees", Machine Learning 63,
 * 2006). The draw is the node's next one after the feature's own, so it too depends on the seed and the path alone; a value that
 * rounding would put outside [min, max) is min. The threshold is kept as drawn. f64 sums of the left side are taken in ascending
 * order of position.
 */
export const RANDOM = 1;

/** `classWeights` for scikit-learn's "balanced_subsample": draws / (classes drawn * draws of the class), from the tree's bag. */
export const BALANCED = 1;
/** `maxDepth` for no limit. */
export const UNLIMITED = 0xffffffff;

/**
 * A column descriptor is four u32: address of the codes of all rows of the parent matrix (in the order of the values),
 * address of the f64 value of each code, a number that all codes are less than (up to 256: the codes are u8, else u32), and any
 * code, best the most frequent: rows that have it are skipped, which makes it faster and changes nothing else.
 */
export const COLUMN_BYTES = 16;

export interface GrowTreeProblem {
  /** Column descriptors, `COLUMN_BYTES` each. */
  readonly columns: number;
  readonly nFeatures: number;
  /** u32[n]: the training rows in the parent matrix. A position is an index into it. */
  readonly rows: number;
  readonly n: number;
  /** By row of the parent: u32 class (classification) or f64 target (regression). */
  readonly targets: number;
  /** 0: regression. */
  readonly nClasses: number;
  /** f64[n] by position, >= 0, or 0 for none. With bootstrap they are odds of being drawn, and the counts weigh in the tree. */
  readonly weights: number;
  /** f64[nClasses] that multiply, `BALANCED`, or 0 for none. */
  readonly classWeights: number;
  /** Size of the bootstrap sample; 0: no bootstrap. */
  readonly draws: number;
  /** 64 bits of seed, as two u32. */
  readonly seedLo: number;
  readonly seedHi: number;
  readonly criterion: typeof GINI | typeof ENTROPY | typeof SQUARED_ERROR;
  /** Of `entropyTable` with max >= draws (>= n without bootstrap); 0 where criterion is not `ENTROPY`. */
  readonly entropyTable: number;
  /** The root has depth 0; `UNLIMITED`: no limit. */
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  /** 1 to nFeatures. */
  readonly maxFeatures: number;
  /**
   * The codes row-major too, u8[parent rows][nFeatures], where all columns have width 1 (a matrix of bytes has them at hand), or
   * 0: makes large wide data faster, and changes nothing else.
   */
  readonly data: number;
  readonly splitter: typeof BEST | typeof RANDOM;
}

/** What decides the sizes of scratch and out. */
export type GrowTreeSize = Pick<
  GrowTreeProblem,
  "n" | "nFeatures" | "nClasses" | "draws" | "weights" | "classWeights" | "maxDepth" | "data"
>;

/** Where a grown tree's parts lie, counted from `out`. Sections have room for `capacity` nodes. */
export interface GrowTreeLayout {
  /** Scratch to allot, of one tree in growth. */
  readonly scratchBytes: number;
  /** Output to allot. */
  readonly outBytes: number;
  readonly capacity: number;
  /** u32 nodes, u32 rows in the bag: at 0 and 4. */
  readonly threshold: number;
  readonly weight: number;
  readonly impurity: number;
  readonly mean: number;
  readonly feature: number;
  readonly right: number;
  readonly start: number;
  readonly count: number;
  readonly samples: number;
  readonly draws: number;
}

const HISTOGRAM_CLASSES = 64;
const BLOCK_BYTES = 2 ** 22;
const MIN_BLOCK_ROWS = 512;
const MIN_BLOCKED_BYTES = 2 ** 24;
const even = (count: number) => count + (count % 2);

/** Bytes that `growTree` needs, and where it writes. */
export function growTreeLayout(size: GrowTreeSize): GrowTreeLayout {
  const { n, nFeatures, nClasses, draws } = size;
  const inBag = draws > 0 ? Math.min(draws, n) : n;
  const counted = nClasses > 0 && size.classWeights === 0 && (draws > 0 || size.weights === 0);
  const classSlots = nClasses > 1 ? 2 ** (32 - Math.clz32(nClasses - 1)) : 1;
  const histogram = !counted || nClasses > HISTOGRAM_CLASSES ? 0 : 1024 + 1024 * classSlots;
  const fits = Math.floor(BLOCK_BYTES / nFeatures);
  const stride = 16 * ((Math.floor(fits / 16) - 1) | 1);
  const blockRows =
    size.data > 0 && nClasses > 0 && fits >= MIN_BLOCK_ROWS && n * nFeatures >= MIN_BLOCKED_BYTES ? stride : 0;
  const scratchBytes =
    192 +
    16 * (n + 2) +
    inBag * (counted ? 8 : nClasses > 0 ? 16 : 24) +
    8 * nClasses +
    8 * (counted ? 4 * Math.ceil(nClasses / 4) : nClasses) +
    (counted ? 0 : 32 * nClasses + 4 * even(nClasses) + 4 * even(nClasses + 1)) +
    8192 +
    histogram +
    3 * 4 * even(nFeatures) +
    8 * Math.ceil(nFeatures / 8) +
    8 * Math.ceil((blockRows * nFeatures) / 8) +
    32 * (Math.min(inBag, size.maxDepth) + 2);
  const capacity = 2 * inBag;
  const wide = 8 * capacity;
  const narrow = 4 * capacity;
  const threshold = 32;
  const weight = threshold + wide;
  const impurity = weight + wide;
  const mean = impurity + wide;
  const feature = nClasses > 0 ? mean : mean + wide;
  const right = feature + narrow;
  const start = right + narrow;
  const count = start + narrow;
  const samples = count + narrow;
  const drawn = samples + 4 * even(inBag + 1);
  const outBytes = drawn + (draws > 0 ? 4 * even(n) : 0);
  return {
    ...{ scratchBytes, outBytes, capacity, threshold, weight, impurity, mean, feature, right, start, count, samples },
    draws: drawn,
  };
}

/** The arguments of `growTree`, in order. `budget` is in samples looked at, of one feature each (about 5 ns). */
export function growTreeArgs(p: GrowTreeProblem, scratch: number, out: number, budget: number): number[] {
  return [
    budget, scratch, out, p.columns, p.nFeatures, p.rows, p.n, p.targets, p.nClasses, p.weights, p.classWeights, p.draws,
    p.seedLo, p.seedHi, p.criterion, p.entropyTable, p.maxDepth, p.minSamplesSplit, p.minSamplesLeaf, p.maxFeatures, p.data,
    p.splitter,
  ]; // biome-ignore format: one list
}

/** A grown tree, in the order of its nodes; a copy of what the kernel wrote. */
export interface GrownTree {
  /** -1: a leaf. */
  readonly feature: Int32Array;
  /** A row goes left where its value is <= threshold. 0 in leaves. */
  readonly threshold: Float64Array;
  /** Right child; 0 in leaves. The left child is the next node. */
  readonly right: Uint32Array;
  /** The node's rows are samples[start, start + count). */
  readonly start: Uint32Array;
  readonly count: Uint32Array;
  /** Sum of weights. */
  readonly weight: Float64Array;
  /** Gini in [0, 1), entropy in bits, or weighted variance. */
  readonly impurity: Float64Array;
  /** Weighted mean of the targets; empty in classification. */
  readonly mean: Float64Array;
  /** Positions in the bag, so that each node is a range. */
  readonly samples: Uint32Array;
  /** How often each position was drawn; empty without bootstrap. */
  readonly draws: Uint32Array;
}

/** Copies the tree that `growTree` wrote to `out` out of the memory. */
export function readGrownTree(buffer: ArrayBufferLike, out: number, size: GrowTreeSize): GrownTree {
  const at = growTreeLayout(size);
  const [nodes, inBag] = new Uint32Array(buffer, out, 2) as unknown as [number, number];
  return {
    feature: new Int32Array(buffer, out + at.feature, nodes).slice(),
    threshold: new Float64Array(buffer, out + at.threshold, nodes).slice(),
    right: new Uint32Array(buffer, out + at.right, nodes).slice(),
    start: new Uint32Array(buffer, out + at.start, nodes).slice(),
    count: new Uint32Array(buffer, out + at.count, nodes).slice(),
    weight: new Float64Array(buffer, out + at.weight, nodes).slice(),
    impurity: new Float64Array(buffer, out + at.impurity, nodes).slice(),
    mean: new Float64Array(buffer, out + at.mean, size.nClasses > 0 ? 0 : nodes).slice(),
    samples: new Uint32Array(buffer, out + at.samples, inBag).slice(),
    draws: new Uint32Array(buffer, out + at.draws, size.draws > 0 ? size.n : 0).slice(),
  };
}

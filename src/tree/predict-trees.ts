import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { inRowBlocks, placeSource } from "../core/row-source.js";
import { inSlices } from "../core/slices.js";
import { NODE_BYTES, walk } from "../kernels/walk-trees.js";
import type { Block, Memory, Scope } from "../parallel/memory.js";
import { leafOf, type TreeNodes } from "./tree-model.js";

/** Fewer walks (rows x trees) than this are done here; packing the trees for the kernel would cost more. */
const FEW_WALKS = 20_000;
/** Rows of one task. */
const ROWS = 1024;

/**
 * For each row of X the sum of the trees' leaf vectors, in the order of the trees, at each of the asked tree counts
 * (ascending). The trees are walked once for all counts.
 */
export async function* sumOfTrees(
  trees: readonly TreeNodes[],
  counts: readonly number[],
  outputs: number,
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<Float64Array> {
  const sum = new Float64Array(X.rows * outputs);
  const { memory } = ctx.pool;
  const isFew = X.rows * trees.length < FEW_WALKS;
  const scope = memory.scope();
  try {
    const walker = isFew ? null : await placeWalker(trees, outputs, X, scope, ctx);
    let from = 0;
    for (const to of counts) {
      if (walker === null) await addHere(trees.slice(from, to), outputs, X, sum, ctx.signal);
      else sum.set(await walker(from, to));
      from = to;
      yield sum.slice();
    }
  } finally {
    scope.free();
  }
}

async function addHere(
  trees: readonly TreeNodes[],
  outputs: number,
  X: Matrix,
  sum: Float64Array,
  signal: AbortSignal,
): Promise<void> {
  await inSlices(
    X.rows,
    64,
    (from, to) => {
      for (const tree of trees) {
        for (let row = from; row < to; row++) {
          const leaf = leafOf(tree, X, row) * outputs;
          for (let j = 0; j < outputs; j++) sum[row * outputs + j]! += tree.value[leaf + j]!;
        }
      }
    },
    signal,
  );
}

/** Puts trees and rows into the pool's memory; what it returns adds the trees [from, to) to all rows' sums. */
async function placeWalker(
  trees: readonly TreeNodes[],
  outputs: number,
  X: Matrix,
  scope: Scope,
  ctx: RunContext,
): Promise<(from: number, to: number) => Promise<Float64Array>> {
  const { pool, signal } = ctx;
  const source = await placeSource(X, scope, ctx);
  const out = scope.zeros(8 * X.rows * outputs);
  const { nodes, roots } = packed(trees, outputs);
  const forest = {
    nodes: scope.place(nodes),
    roots: scope.place(roots),
    leaves: placeLeaves(trees, scope, pool.memory),
  };
  const reads = [forest.nodes, forest.roots, forest.leaves, ...source.reads];
  return async (from, to) => {
    const callOf = (begin: number, end: number) => ({
      kernel: walk,
      args: [
        ...[forest.nodes.offset, forest.roots.offset, forest.leaves.offset, outputs, from, to],
        ...[source.cells.offset, source.kind, source.byteValues?.offset ?? 0, X.cols, source.index?.offset ?? 0],
        ...[begin, end, out.offset],
      ],
      reads,
      writes: [out.part(8 * outputs * begin, 8 * outputs * (end - begin))],
      cost: 100 * (to - from) * (end - begin),
    });
    await inRowBlocks(pool, X.rows, ROWS, callOf, signal);
    return pool.memory.f64(out).subarray(0, X.rows * outputs);
  };
}

interface Packed {
  /** `NODE_BYTES` a node. */
  readonly nodes: Uint8Array;
  /** First node of each tree. */
  readonly roots: Uint32Array;
}

/** Kept as long as the trees themselves: a model that is served is asked again and again. */
const packs = new WeakMap<readonly TreeNodes[], Packed>();

/** The trees' nodes as the kernel reads them. */
function packed(trees: readonly TreeNodes[], outputs: number): Packed {
  const known = packs.get(trees);
  if (known !== undefined) return known;
  const nodes = new Uint8Array(NODE_BYTES * trees.reduce((sum, tree) => sum + tree.feature.length, 0));
  const [thresholds, integers] = [new Float64Array(nodes.buffer), new Int32Array(nodes.buffer)];
  const roots = new Uint32Array(trees.length);
  let node = 0;
  let leaf = 0;
  for (const [t, { feature, threshold, right, value }] of trees.entries()) {
    roots[t] = node;
    for (let i = 0; i < feature.length; i++, node++) {
      const split = feature[i]!;
      thresholds[2 * node] = threshold[i]!;
      integers[4 * node + 2] = split;
      integers[4 * node + 3] = split < 0 ? leaf + right[i]! : right[i]!;
    }
    leaf += value.length / outputs;
  }
  const made = { nodes, roots };
  packs.set(trees, made);
  return made;
}

/** The leaves of all trees, tree after tree. */
function placeLeaves(trees: readonly TreeNodes[], scope: Scope, memory: Memory): Block {
  const leaves = scope.alloc(8 * trees.reduce((sum, tree) => sum + tree.value.length, 0));
  const values = memory.f64(leaves);
  let at = 0;
  for (const { value } of trees) {
    values.set(value, at);
    at += value.length;
  }
  return leaves;
}

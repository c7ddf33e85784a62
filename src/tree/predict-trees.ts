import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { place } from "../core/placed.js";
import { inSlices } from "../core/slices.js";
import { NODE_BYTES, walk } from "../kernels/walk-trees.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import { leafOf, type TreeModel } from "./tree-model.js";

/** Fewer walks (rows x trees) than this are done here; packing the trees for the kernel would cost more. */
const FEW_WALKS = 20_000;
/** Rows of one task. */
const ROWS = 1024;

/**
 * For each row of X the sum of the trees' leaf vectors, in the order of the trees, at each of the asked tree counts
 * (ascending). The trees are walked once for all counts.
 */
export async function* sumOfTrees(
  trees: readonly TreeModel[],
  counts: readonly number[],
  outputs: number,
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<Float64Array> {
  const sum = new Float64Array(X.rows * outputs);
  const isFew = X.rows * trees.length < FEW_WALKS;
  const scope = ctx.pool.memory.scope();
  try {
    const out = isFew ? null : scope.zeros(sum.byteLength);
    let from = 0;
    for (const to of counts) {
      const stretch = trees.slice(from, to);
      if (out === null) await addHere(stretch, outputs, X, sum, ctx.signal);
      else {
        await addByKernel(stretch, outputs, X, out, scope, ctx);
        sum.set(ctx.pool.memory.f64(out).subarray(0, sum.length));
      }
      from = to;
      yield sum.slice();
    }
  } finally {
    scope.free();
  }
}

async function addHere(
  trees: readonly TreeModel[],
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

async function addByKernel(
  trees: readonly TreeModel[],
  outputs: number,
  X: Matrix,
  out: Block,
  scope: Scope,
  ctx: RunContext,
): Promise<void> {
  const { pool, signal } = ctx;
  const placed = place(X, ctx);
  const index = X.index === null ? null : scope.place(X.index);
  const { nodes, roots, leaves } = pack(trees, outputs, scope, pool.memory);
  const reads = [
    nodes,
    roots,
    leaves,
    placed.cells,
    ...(placed.byteValues === null ? [] : [placed.byteValues]),
    ...(index === null ? [] : [index]),
  ];
  const byteValues = placed.byteValues?.offset ?? 0;
  const tasks = mapTasks(
    pool,
    Math.ceil(X.rows / ROWS),
    () => null,
    (i, _slot, stop) => {
      const from = i * ROWS;
      const to = Math.min(X.rows, from + ROWS);
      // out is addressed by row, so a task is given the whole and writes its own part
      const args = [
        nodes.offset, roots.offset, leaves.offset, outputs, 0, trees.length, placed.cells.offset, placed.kind, byteValues,
        X.cols, index?.offset ?? 0, from, to, out.offset,
      ]; // biome-ignore format: one list
      const writes = [out.part(8 * outputs * from, 8 * outputs * (to - from))];
      return pool.run({ kernel: walk, args, reads, writes, cost: 100 * trees.length * (to - from) }, stop);
    },
    signal,
  );
  for await (const _ of tasks);
}

/** The trees as the kernel reads them. */
function pack(trees: readonly TreeModel[], outputs: number, scope: Scope, memory: RunContext["pool"]["memory"]) {
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const leafCount = trees.reduce((sum, tree) => sum + tree.value.length / outputs, 0);
  const nodes = scope.alloc(NODE_BYTES * nodeCount);
  const roots = scope.alloc(4 * trees.length);
  const leaves = scope.alloc(8 * outputs * leafCount);
  const [thresholds, integers] = [memory.f64(nodes), memory.i32(nodes)];
  const [starts, values] = [memory.u32(roots), memory.f64(leaves)];
  let node = 0;
  let leaf = 0;
  for (const [t, tree] of trees.entries()) {
    starts[t] = node;
    values.set(tree.value, leaf * outputs);
    for (let i = 0; i < tree.feature.length; i++, node++) {
      const feature = tree.feature[i]!;
      thresholds[2 * node] = tree.threshold[i]!;
      integers[4 * node + 2] = feature;
      integers[4 * node + 3] = feature < 0 ? leaf + tree.right[i]! : tree.right[i]!;
    }
    leaf += tree.value.length / outputs;
  }
  return { nodes, roots, leaves };
}

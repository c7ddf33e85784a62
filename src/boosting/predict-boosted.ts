import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { BYTES } from "../core/placed.js";
import { chainsOf } from "../core/prefixes.js";
import { inRowBlocks, placeSource, type RowSource } from "../core/row-source.js";
import { inSlices } from "../core/slices.js";
import { walkBoosted } from "../kernels/walk-boosted.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { BoostedTree } from "./boosted-tree.js";
import { type Packed, pack, packed, walkHere } from "./packed-trees.js";

/** Fewer walks, and cells to be rounded, than this are done here; bringing them to the kernel would cost more. */
const FEW = 20_000;
/** Rough time of one walk in the kernel, and what one task should take, in nanoseconds. */
const WALK_NS = 12;
const TASK_NS = 500_000;
const MIN_TASK_ROWS = 256;

/**
 * The margins of X's rows, f32[outputs][rows], at each of the asked tree counts (ascending): baseMargin[k] plus, in f32
 * and in order, the leaves of trees k, k + outputs, k + 2 outputs and so on. All counts share one walk.
 */
export async function* marginsOf(
  trees: readonly BoostedTree[],
  counts: readonly number[],
  baseMargin: Float32Array,
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<Float32Array> {
  if (X.rows * (trees.length + X.cols) < FEW) {
    yield* await marginsHere(trees, counts, baseMargin, X, ctx.signal);
    return;
  }
  const walker = await BoostedWalker.over(X, baseMargin, ctx);
  try {
    const walk = walker.place(packed(trees, walker.byteScale), walker.scope);
    let from = 0;
    for (const to of counts) {
      await walk(from, to);
      from = to;
      yield walker.margins();
    }
  } finally {
    walker.free();
  }
}

async function marginsHere(
  trees: readonly BoostedTree[],
  counts: readonly number[],
  baseMargin: Float32Array,
  X: Matrix,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const forest = packed(trees, null);
  const found = counts.map(() => new Float32Array(X.rows * baseMargin.length));
  const { data, scale } = X.root;
  const x = new Float32Array(X.cols);
  const margins = new Float32Array(baseMargin.length);
  const walkRow = (row: number) => {
    const begin = (X.index === null ? row : X.index[row]!) * X.cols;
    x.set(data.subarray(begin, begin + X.cols));
    if (scale !== null) for (let j = 0; j < x.length; j++) x[j]! *= scale;
    margins.set(baseMargin);
    for (const [c, to] of counts.entries()) {
      walkHere(forest, c === 0 ? 0 : counts[c - 1]!, to, x, margins);
      for (let k = 0; k < margins.length; k++) found[c]![k * X.rows + row] = margins[k]!;
    }
  };
  await inSlices(X.rows, 1, walkRow, signal);
  return found;
}

/**
 * The margins of a table's rows, f32[outputs][rows], to which one round of trees after the other is added; for the
 * evaluation sets of a fit. The rows are placed once.
 */
export class BoostedWalker {
  readonly #rows: number;
  readonly #cols: number;
  readonly #outputs: number;
  readonly #source: RowSource;
  readonly #margins: Block;
  readonly #ctx: RunContext;
  /** Freed with the walker. */
  readonly scope: Scope;
  /** What the trees must be packed for. */
  readonly byteScale: number | null;

  private constructor(X: Matrix, baseMargin: Float32Array, source: RowSource, scope: Scope, ctx: RunContext) {
    this.#rows = X.rows;
    this.#cols = X.cols;
    this.#outputs = baseMargin.length;
    this.#source = source;
    this.#margins = scope.alloc(4 * X.rows * baseMargin.length);
    this.#ctx = ctx;
    this.scope = scope;
    this.byteScale = source.kind === BYTES ? (X.scale ?? 1) : null;
    const margins = ctx.pool.memory.f32(this.#margins);
    for (const [k, base] of baseMargin.entries()) margins.fill(base, k * X.rows, (k + 1) * X.rows);
  }

  /** A walker over X's rows, whose margins are baseMargin (one an output) so far. `free` it in the end. */
  static async over(X: Matrix, baseMargin: Float32Array, ctx: RunContext): Promise<BoostedWalker> {
    const scope = ctx.pool.memory.scope();
    try {
      return new BoostedWalker(X, baseMargin, await placeSource(X, scope, ctx), scope, ctx);
    } catch (error) {
      scope.free();
      throw error;
    }
  }

  /** Adds the trees of one round, one an output, or of several rounds. */
  async add(trees: readonly BoostedTree[]): Promise<void> {
    const scope = this.#ctx.pool.memory.scope();
    try {
      await this.place(pack(trees, this.byteScale), scope)(0, trees.length);
    } finally {
      scope.free();
    }
  }

  /** Puts trees into memory; what it returns adds those of [from, to). */
  place({ nodes, roots }: Packed, scope: Scope): (from: number, to: number) => Promise<void> {
    const [placedNodes, placedRoots] = [scope.place(nodes), scope.place(roots)];
    const { cells, kind, index } = this.#source;
    const [n, outputs, margins] = [this.#rows, this.#outputs, this.#margins];
    const reads = [placedNodes, placedRoots, ...this.#source.reads];
    const { pool, signal } = this.#ctx;
    return async (from, to) => {
      if (from === to) return;
      const rowNs = WALK_NS * (to - from);
      const callOf = (begin: number, end: number) => ({
        kernel: walkBoosted,
        args: [
          ...[placedNodes.offset, placedRoots.offset, outputs, from, to],
          ...[cells.offset, kind, this.#cols, index?.offset ?? 0, n, begin, end, margins.offset],
        ],
        reads,
        writes: Array.from({ length: outputs }, (_, k) => margins.part(4 * (k * n + begin), 4 * (end - begin))),
        cost: rowNs * (end - begin),
      });
      await inRowBlocks(pool, n, Math.max(MIN_TASK_ROWS, Math.ceil(TASK_NS / rowNs)), callOf, signal);
    };
  }

  /** The margins so far, a copy. */
  margins(): Float32Array {
    return this.#ctx.pool.memory.f32(this.#margins).slice(0, this.#rows * this.#outputs);
  }

  free(): void {
    this.scope.free();
  }
}

/** What margins are made of. */
export interface Boosted {
  readonly trees: readonly BoostedTree[];
  /** One an output. */
  readonly baseMargin: Float32Array;
}

/**
 * The margins of each model. Models that are prefixes of one another, tree by tree the same objects, are walked together.
 */
export async function* marginsOfModels(
  models: readonly Boosted[],
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<readonly [index: number, margins: Float32Array]> {
  const beginAlike = (one: number, other: number) => {
    const [a, b] = [models[one]!.baseMargin, models[other]!.baseMargin];
    return a.length === b.length && a.every((margin, k) => margin === b[k]);
  };
  const lists = models.map(({ trees }) => trees);
  for (const { longest, members } of chainsOf(lists, beginAlike)) {
    const { trees, baseMargin } = models[longest]!;
    const steps = members.values();
    for await (const margins of marginsOf(trees, [...members.keys()], baseMargin, X, ctx)) {
      for (const i of steps.next().value!) yield [i, margins];
    }
  }
}

import { type ClassWeight, classWeights, rowWeights } from "../core/class-weight.js";
import type { FitContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { placeRows } from "../core/placed.js";
import { Rng } from "../core/random.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import {
  BALANCED,
  BEST,
  ENTROPY,
  entropyTable,
  GINI,
  type GrownTree,
  type GrowTreeProblem,
  growTree,
  growTreeArgs,
  growTreeLayout,
  RANDOM,
  readGrownTree,
  SQUARED_ERROR,
  UNLIMITED,
} from "../kernels/grow-tree.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import type { Pool } from "../parallel/pool.js";
import { codedColumns } from "./coded-columns.js";
import { countOf, featuresOf, type TreeParams } from "./tree-params.js";

/** What all trees of one growth have in common. The limits are the widest of those who share it. */
export interface Growth extends Pick<TreeParams, "maxFeatures" | "minSamplesLeaf" | "maxDepth"> {
  /** Class of the estimator, for error sentences. */
  readonly owner: string;
  readonly criterion: "gini" | "entropy" | "log_loss" | "squared_error";
  /** A feature is judged by all thresholds, or by one drawn at random. */
  readonly splitter: "best" | "random";
  /** In rows. */
  readonly minSamplesSplit: number;
  readonly classWeight: ClassWeight | "balanced_subsample";
  /** Rows drawn for each tree; null: no bootstrap. */
  readonly draws: number | null;
  readonly randomState: number | null;
}

/** A grown tree and what its leaves' values are made of. */
export interface Harvest {
  readonly tree: GrownTree;
  /** What every row weighs, of the odds to be drawn or in the tree; null for 1 each. One array for all trees. */
  readonly weights: Float64Array | null;
}

/** Work of one slice, in samples looked at: about 10 ms. */
const BUDGET = 1 << 21;

const CRITERIA = { gini: GINI, entropy: ENTROPY, log_loss: ENTROPY, squared_error: SQUARED_ERROR } as const;

/**
 * Grows the trees [from, to) on the same data and yields them in order. Tree i depends on the seed and on i, never on how many
 * there are; its limits are exact prunings, so one growth serves every candidate whose limits are at least as tight.
 */
export async function* growTrees(
  from: number,
  to: number,
  data: TrainingData<LabelTarget | NumberTarget>,
  growth: Growth,
  pool: Pool,
  ctx: FitContext,
): AsyncGenerator<Harvest> {
  const { memory } = pool;
  const { y } = data;
  const X = hasRepeats(data.X) ? new Matrix(data.X.data, data.X.rows, data.X.cols, { scale: data.X.scale }) : data.X;
  const n = X.rows;
  const coded = await codedColumns(X, ctx);
  const scope = memory.scope();
  try {
    const rows = placeRows(X, scope);
    const targets = scope.place(targetsByRoot(X, y));
    const weights = weightsOf(data, growth);
    const weightsBlock = weights === null ? null : scope.place(weights);
    const draws = growth.draws ?? 0;
    const nClasses = y.kind === "labels" ? y.classes.length : 0;
    const criterion = CRITERIA[growth.criterion];
    const table = criterion === ENTROPY ? await entropyBlock(Math.max(n, draws), pool, ctx) : null;
    const problem: Omit<GrowTreeProblem, "seedLo" | "seedHi"> = {
      columns: coded.columns.offset,
      data: coded.rowMajor?.offset ?? 0,
      nFeatures: X.cols,
      rows: rows.offset,
      n,
      targets: targets.offset,
      nClasses,
      weights: weightsBlock?.offset ?? 0,
      classWeights: growth.classWeight === "balanced_subsample" && draws > 0 ? BALANCED : 0,
      draws,
      criterion,
      entropyTable: table?.offset ?? 0,
      maxDepth: growth.maxDepth ?? UNLIMITED,
      minSamplesSplit: growth.minSamplesSplit,
      minSamplesLeaf: countOf(growth.minSamplesLeaf, n, 1),
      maxFeatures: featuresOf(growth.maxFeatures, X.cols),
      splitter: growth.splitter === "random" ? RANDOM : BEST,
    };
    const layout = growTreeLayout(problem);
    const shared = [coded.columns, ...coded.reads, rows, targets, ...present(weightsBlock), ...present(table)];
    const rng = new Rng(growth.randomState ?? 0);
    const cost = 5 * n * problem.maxFeatures * Math.log2(n + 1);
    const makeSlot = () => ({
      scratch: scope.alloc(layout.scratchBytes),
      out: scope.alloc(layout.outBytes),
    });
    yield* mapTasks(
      pool,
      to - from,
      makeSlot,
      async (index, { scratch, out }, stop): Promise<Harvest> => {
        const [seedLo, seedHi] = rng.stream("tree", from + index).seed64();
        memory.u32(scratch)[0] = 0;
        const args = growTreeArgs({ ...problem, seedLo, seedHi }, scratch.offset, out.offset, BUDGET);
        await pool.run({ kernel: growTree, args, reads: shared, writes: [scratch, out], cost }, stop);
        return { tree: readGrownTree(memory.u8(out).buffer, out.offset, problem), weights };
      },
      ctx.signal,
    );
  } finally {
    scope.free();
  }
}

/** What every row weighs: in the tree, or with bootstrap in being drawn; null for 1 each. */
function weightsOf({ y, sampleWeight }: TrainingData<LabelTarget | NumberTarget>, growth: Growth): Float64Array | null {
  const { classWeight, draws } = growth;
  if (y.kind === "numbers" || (classWeight === "balanced_subsample" && draws !== null)) return sampleWeight;
  const byClass = classWeights(classWeight === "balanced_subsample" ? "balanced" : classWeight, y, growth.owner);
  return rowWeights(y, byClass, sampleWeight);
}

/** The kernel reads targets by row of the table that X is a view of. */
function targetsByRoot(X: Matrix, y: LabelTarget | NumberTarget): Uint32Array | Float64Array {
  const values = y.kind === "labels" ? Uint32Array.from(y.codes) : y.values;
  if (X.index === null) return values;
  const byRoot = y.kind === "labels" ? new Uint32Array(X.root.rows) : new Float64Array(X.root.rows);
  for (let i = 0; i < X.rows; i++) byRoot[X.index[i]!] = values[i]!;
  return byRoot;
}

/** A view with a row twice may have two targets for it, so it cannot be read by row of its root. */
function hasRepeats({ index, root }: Matrix): boolean {
  if (index === null) return false;
  const seen = new Uint8Array(root.rows);
  return index.some((row) => seen[row]!++ > 0);
}

/** The fixed-point table of n log2 n, for nodes of weight up to `largest`; one for all trees of a verb. */
function entropyBlock(largest: number, pool: Pool, ctx: FitContext): Promise<Block> {
  return ctx.workspace.memo(pool.memory, `entropy table ${largest}`, async () => {
    const table = ctx.workspace.blocks(pool).alloc(8 * (largest + 1));
    const call = {
      kernel: entropyTable,
      args: [table.offset, largest],
      reads: [],
      writes: [table],
      cost: 60 * largest,
    };
    await pool.run(call, ctx.signal);
    return table;
  });
}

const present = (block: Block | null): Block[] => (block === null ? [] : [block]);

import type { FitContext } from "../core/estimator.js";
import { Rng } from "../core/random.js";
import {
  BEST_FIRST,
  type BoostingProblem,
  BREADTH_FIRST,
  count,
  DEPTH_FIRST,
  grow,
  isWaiting,
  type Lane,
  type LaneSize,
  laneBytes,
  NODE_BYTES,
  readGrown,
  resume,
  SCRATCH_SLOTS,
  TASK_BYTES,
  UNLIMITED,
  waitingRows,
  writeJob,
  writeTask,
} from "../kernels/grow-boosted.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Pool } from "../parallel/pool.js";
import { type BinnedColumns, binnedColumns } from "./binned-columns.js";
import type { BoostedTree } from "./boosted-tree.js";
import { boostedTreeOf } from "./boosted-tree-of.js";
import type { BoostingData } from "./boosting-data.js";
import type { BoostingParams } from "./boosting-params.js";
import { type Extremes, Margins } from "./margins.js";
import { type ObjectiveName, type ObjectiveParams, objectives } from "./objectives.js";

/** How rounds are grown. */
export type Growth = ObjectiveParams & { readonly objective: ObjectiveName } & Omit<
    BoostingParams,
    "nEstimators" | "baseScore" | "evalMetric" | "earlyStoppingRounds" | "nJobs"
  >;

/** Bytes of histograms that a lane keeps at most; nodes beyond are counted by themselves, which takes longer. */
const HISTOGRAM_BYTES = 1 << 28;
/** Histograms that a tree of any depth keeps: its deeper nodes are small. */
const DEEP_SLOTS = 24;
/** Rough nanoseconds of a tree for one entry of a row, all its depths together. */
const ENTRY_NS = 3;

/**
 * Grows round after round of trees, one an output, for as long as it is asked. Round r depends on the data, on the growth
 * and on r alone, so fewer rounds are a prefix of more.
 */
export async function* growRounds(
  data: BoostingData,
  growth: Growth,
  baseMargin: Float32Array,
  pool: Pool,
  ctx: FitContext,
): AsyncGenerator<readonly BoostedTree[]> {
  const binned = await binnedColumns(data.X, growth.maxBin, data.sampleWeight, ctx);
  const scope = pool.memory.scope();
  try {
    const margins = new Margins(data, growth, baseMargin, scope, pool, ctx);
    const grower = new RoundGrower(binned, growth, margins, baseMargin.length, scope, pool);
    const rng = new Rng(growth.randomState ?? 0);
    let extremes = await margins.differentiate();
    for (let round = 0; ; round++) {
      const seedOf = (k: number) => rng.stream("tree", round, k).seed64();
      await grower.grow(extremes, seedOf, ctx.signal);
      // Workers find the next gradients while the trees are read here.
      const next = margins.differentiate();
      const trees = grower.trees();
      extremes = await next;
      yield trees;
    }
  } finally {
    scope.free();
  }
}

type LaneBlocks = Readonly<Record<keyof Lane, Block>>;

/** Grows a round of trees on binned columns. */
class RoundGrower {
  readonly #binned: BinnedColumns;
  readonly #growth: Growth;
  readonly #margins: Margins;
  readonly #outputs: number;
  readonly #slices: number;
  readonly #pool: Pool;
  readonly #reads: readonly Block[];
  readonly #lanes: readonly LaneBlocks[];
  /** One an output. */
  readonly #tasks: Block;
  readonly #nodes: readonly Block[];
  /** One a lane, though lanes that share memory all count in the first. */
  readonly #counters: readonly Block[];
  /** Which output each task is of: those whose last trees were large come first, so that lanes end at about one time. */
  #order: readonly number[];

  constructor(binned: BinnedColumns, growth: Growth, margins: Margins, outputs: number, scope: Scope, pool: Pool) {
    const { memory } = pool;
    const monotone =
      growth.monotoneConstraints === null ? null : scope.place(Int8Array.from(growth.monotoneConstraints));
    const problem = problemOf(binned, growth, monotone);
    // Where there are fewer trees than workers, workers share a tree's rows.
    const slices = memory.shared && outputs < pool.width ? pool.width : 1;
    const size = sizeOf(binned, problem, slices);
    const bytes = laneBytes(size);
    const makeLane = (): LaneBlocks => {
      const lane = {
        job: scope.alloc(bytes.job),
        order: scope.alloc(bytes.order),
        spare: scope.alloc(bytes.spare),
        histograms: scope.alloc(bytes.histograms),
        lists: scope.alloc(bytes.lists),
      };
      memory.touch(lane.job);
      memory.touch(lane.lists);
      writeJob(memory.wasm.buffer, problem, offsetsOf(lane), size);
      return lane;
    };
    this.#binned = binned;
    this.#growth = growth;
    this.#margins = margins;
    this.#outputs = outputs;
    this.#slices = slices;
    this.#pool = pool;
    this.#reads = [...binned.reads, ...(monotone === null ? [] : [monotone])];
    this.#lanes = Array.from({ length: Math.min(outputs, pool.width) }, makeLane);
    this.#tasks = scope.alloc(TASK_BYTES * outputs);
    this.#nodes = Array.from({ length: outputs }, () => scope.alloc(NODE_BYTES * size.nodes));
    this.#counters = this.#lanes.map(() => scope.alloc(4));
    this.#order = Array.from({ length: outputs }, (_, k) => k);
  }

  /** Grows the next tree of each output and adds it to the output's margins. */
  async grow(
    extremes: readonly Extremes[],
    seedOf: (k: number) => readonly [number, number],
    signal: AbortSignal,
  ): Promise<void> {
    const { memory } = this.#pool;
    memory.touch(this.#tasks);
    for (const [task, k] of this.#order.entries()) {
      const { gradient, hessian } = extremes[k]!;
      writeTask(memory.wasm.buffer, this.#tasks.offset + TASK_BYTES * task, {
        pairs: this.#margins.pairsOf(k).offset,
        margins: this.#margins.of(k).offset,
        nodes: this.#nodes[k]!.offset,
        largestGradient: gradient,
        largestHessian: hessian,
        seed: seedOf(k),
      });
    }
    // Lanes of one memory take tasks as they come; others have theirs from the beginning.
    const [lanes, outputs] = [this.#lanes.length, this.#outputs];
    const firstOf = (lane: number) => (memory.shared ? 0 : Math.round((lane * outputs) / lanes));
    const endOf = (lane: number) => (memory.shared ? outputs : firstOf(lane + 1));
    for (const [lane, counter] of this.#counters.entries()) memory.u32(counter)[0] = firstOf(lane);
    await allSettled(this.#lanes.map((_, lane) => this.#growSome(lane, firstOf(lane), endOf(lane), signal)));
  }

  /** Has a lane grow trees of the tasks from first to end. */
  async #growSome(index: number, first: number, end: number, signal: AbortSignal): Promise<void> {
    const { memory } = this.#pool;
    const { job, order, spare, histograms, lists } = this.#lanes[index]!;
    const lane = offsetsOf(this.#lanes[index]!);
    const counter = this.#counters[memory.shared ? 0 : index]!;
    const outputs = this.#order.slice(first, end);
    const blocks = {
      reads: this.#reads,
      writes: [
        ...[job, lists, counter, this.#tasks.part(TASK_BYTES * first, TASK_BYTES * (end - first))],
        ...outputs.flatMap((k) => [this.#nodes[k]!, this.#margins.pairsOf(k), this.#margins.of(k)]),
      ],
      scratch: [order, spare, histograms],
    };
    const cost = (ENTRY_NS * this.#binned.entries * outputs.length) / (memory.shared ? this.#lanes.length : 1);
    for (;;) {
      const args = [job.offset, this.#tasks.offset, counter.offset, end];
      await this.#pool.run({ kernel: grow, args, ...blocks, cost }, signal);
      const { buffer } = memory.wasm;
      if (!isWaiting(buffer, lane)) return;
      const share = waitingRows(buffer, lane) / this.#binned.rows / this.#slices;
      const countSlice = (_: unknown, slice: number) =>
        this.#pool.run(
          { kernel: count, args: [job.offset, slice], ...blocks, cost: share * ENTRY_NS * this.#binned.entries },
          signal,
        );
      await allSettled(Array.from({ length: this.#slices }, countSlice));
      resume(buffer, lane);
    }
  }

  /** The trees that have been grown last. */
  trees(): BoostedTree[] {
    const { buffer } = this.#pool.memory.wasm;
    const trees: BoostedTree[] = [];
    for (const [task, k] of this.#order.entries()) {
      const grown = readGrown(buffer, this.#tasks.offset + TASK_BYTES * task);
      trees[k] = boostedTreeOf(grown, this.#binned, this.#growth.learningRate);
    }
    const nodesOf = (k: number) => trees[k]!.feature.length;
    this.#order = [...trees.keys()].sort((a, b) => nodesOf(b) - nodesOf(a));
    return trees;
  }
}

/** Waits for all before it tells of the first failure: nothing may write to blocks that are given back. */
async function allSettled(calls: readonly Promise<void>[]): Promise<void> {
  for (const call of await Promise.allSettled(calls)) if (call.status === "rejected") throw call.reason;
}

function offsetsOf({ job, order, spare, histograms, lists }: LaneBlocks): Lane {
  return {
    job: job.offset,
    order: order.offset,
    spare: spare.offset,
    histograms: histograms.offset,
    lists: lists.offset,
  };
}

function problemOf(binned: BinnedColumns, growth: Growth, monotone: Block | null): BoostingProblem {
  const { growPolicy, maxDepth, maxLeaves, maxDeltaStep, colsampleByTree, colsampleByLevel, colsampleByNode } = growth;
  const depthwise = maxLeaves === null ? DEPTH_FIRST : BREADTH_FIRST;
  const drawn = (share: number, of: number) => Math.max(1, Math.floor(share * of));
  const ofTree = drawn(colsampleByTree, binned.cols);
  const ofDepth = drawn(colsampleByLevel, ofTree);
  return {
    features: binned.features.offset,
    nFeatures: binned.cols,
    tiles: binned.tiles.offset,
    nTiles: binned.nTiles,
    rows: binned.rows,
    totalBins: binned.totalBins,
    policy: growPolicy === "lossguide" ? BEST_FIRST : depthwise,
    maxDepth: maxDepth ?? UNLIMITED,
    maxLeaves: maxLeaves ?? UNLIMITED,
    monotone: monotone?.offset ?? 0,
    featuresDrawn: [ofTree, ofDepth, drawn(colsampleByNode, ofDepth)],
    regLambda: growth.regLambda,
    regAlpha: growth.regAlpha,
    gamma: growth.gamma,
    minChildWeight: growth.minChildWeight,
    maxDeltaStep: maxDeltaStep ?? objectives[growth.objective].maxDeltaStep,
    learningRate: growth.learningRate,
    subsample: growth.subsample,
    rowEntries: binned.entries / binned.rows,
  };
}

function sizeOf(
  { rows, cols, totalBins, firstCut }: BinnedColumns,
  { policy, maxDepth, maxLeaves }: BoostingProblem,
  slices: number,
): LaneSize {
  const leaves = Math.min(rows, maxLeaves, 2 ** Math.min(maxDepth, 31));
  const wanted = policy === DEPTH_FIRST ? Math.min(maxDepth, DEEP_SLOTS) + 1 : leaves;
  const most = Math.max(1, Math.floor(HISTOGRAM_BYTES / (16 * Math.max(1, totalBins))) - SCRATCH_SLOTS - slices + 1);
  let mostBins = 1;
  for (let f = 0; f < cols; f++) mostBins = Math.max(mostBins, firstCut[f + 1]! - firstCut[f]!);
  const slots = SCRATCH_SLOTS + Math.min(wanted, most);
  return { rows, nFeatures: cols, totalBins, mostBins, nodes: 2 * leaves, slots, slices };
}

import type { FitContext } from "../core/estimator.js";
import { Rng } from "../core/random.js";
import {
  BEST_FIRST,
  type BoostingProblem,
  BREADTH_FIRST,
  DEPTH_FIRST,
  evaluate,
  grow,
  isWaiting,
  type Lane,
  type LaneSize,
  laneBytes,
  readGrown,
  resume,
  SCRATCH_SLOTS,
  UNLIMITED,
  waitingRows,
  writeJob,
} from "../kernels/grow-boosted.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Pool } from "../parallel/pool.js";
import { type BinnedColumns, binnedColumns } from "./binned-columns.js";
import type { BoostedTree } from "./boosted-tree.js";
import { boostedTreeOf } from "./boosted-tree-of.js";
import type { BoostingData } from "./boosting-data.js";
import type { BoostingParams } from "./boosting-params.js";
import { Margins } from "./margins.js";
import { type ObjectiveName, type ObjectiveParams, objectives } from "./objectives.js";
import { partsOf } from "./parts.js";

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
/** A tree on fewer entries is grown by one worker: handing its parts around would cost more. */
const ENTRIES_TO_SHARE = 1 << 19;

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
  const outputs = baseMargin.length;
  const binned = await binnedColumns(data.X, growth.maxBin, data.sampleWeight, ctx);
  const scope = pool.memory.scope();
  try {
    const margins = new Margins(data, growth, baseMargin, scope, pool, ctx);
    const monotone =
      growth.monotoneConstraints === null ? null : scope.place(Int8Array.from(growth.monotoneConstraints));
    const isShared = outputs < pool.width && pool.memory.shared && binned.entries >= ENTRIES_TO_SHARE;
    const grower = new TreeGrower(binned, growth, monotone, isShared ? pool.width : 1, scope, pool);
    const rng = new Rng(growth.randomState ?? 0);
    for (let round = 0; ; round++) {
      const extremes = await margins.differentiate();
      const growTree = (k: number, lane: GrowerLane, stop: AbortSignal) => {
        const seed = rng.stream("tree", round, k).seed64();
        const { gradient, hessian } = extremes[k]!;
        const tree = { largestGradient: gradient, largestHessian: hessian, seed };
        return grower.grow(tree, margins.pairsOf(k), margins.of(k), lane, stop);
      };
      const trees: BoostedTree[] = [];
      const lanes = grower.lanes();
      for await (const tree of mapTasks(pool, outputs, lanes, growTree, ctx.signal)) trees.push(tree);
      yield trees;
    }
  } finally {
    scope.free();
  }
}

type GrowerLane = Readonly<Record<keyof Lane, Block>>;

/** Grows trees on binned columns. */
class TreeGrower {
  readonly #binned: BinnedColumns;
  readonly #growth: Growth;
  readonly #problem: BoostingProblem;
  readonly #parts: ReturnType<typeof partsOf>;
  readonly #size: LaneSize;
  readonly #reads: readonly Block[];
  readonly #scope: Scope;
  readonly #pool: Pool;
  readonly #made: GrowerLane[] = [];

  /** @param parts - among how many workers a node's features are divided */
  constructor(binned: BinnedColumns, growth: Growth, monotone: Block | null, parts: number, scope: Scope, pool: Pool) {
    this.#binned = binned;
    this.#growth = growth;
    this.#problem = problemOf(binned, growth, monotone);
    this.#parts = partsOf(binned, parts, pool.memory);
    this.#size = sizeOf(binned, this.#problem, this.#parts.length);
    this.#reads = [...binned.reads, ...(monotone === null ? [] : [monotone])];
    this.#scope = scope;
    this.#pool = pool;
  }

  /** Gives out lanes for one round of trees; those of earlier rounds are used again. */
  lanes(): () => GrowerLane {
    let given = 0;
    return () => (this.#made[given++] ??= this.#makeLane());
  }

  #makeLane(): GrowerLane {
    const bytes = laneBytes(this.#size);
    const alloc = (name: keyof Lane) => this.#scope.alloc(bytes[name]);
    return {
      job: alloc("job"),
      nodes: alloc("nodes"),
      order: alloc("order"),
      spare: alloc("spare"),
      histograms: alloc("histograms"),
      lists: alloc("lists"),
    };
  }

  /** Grows the next tree of an output and adds it to the output's margins. */
  async grow(
    tree: Pick<Parameters<typeof writeJob>[2], "largestGradient" | "largestHessian" | "seed">,
    pairs: Block,
    margins: Block,
    { job, nodes, order, spare, histograms, lists }: GrowerLane,
    signal: AbortSignal,
  ): Promise<BoostedTree> {
    const { memory } = this.#pool;
    const lane = {
      job: job.offset,
      nodes: nodes.offset,
      order: order.offset,
      spare: spare.offset,
      histograms: histograms.offset,
      lists: lists.offset,
    };
    const isInline = this.#parts.length === 1;
    const places = { ...tree, pairs: pairs.offset, margins: margins.offset };
    writeJob(memory.u8(job).buffer, this.#problem, places, lane, this.#size, this.#parts, isInline);
    memory.touch(lists);
    const cost = ENTRY_NS * this.#binned.entries;
    const blocks = {
      reads: this.#reads,
      writes: [job, nodes, lists, pairs, margins],
      scratch: [order, spare, histograms],
    };
    for (;;) {
      await this.#pool.run({ kernel: grow, args: [job.offset], ...blocks, cost }, signal);
      const { buffer } = memory.wasm;
      if (!isWaiting(buffer, lane)) break;
      const share = waitingRows(buffer, lane) / this.#binned.rows / this.#parts.length;
      const evaluatePart = (_: unknown, part: number) =>
        this.#pool.run({ kernel: evaluate, args: [job.offset, part], ...blocks, cost: share * cost }, signal);
      // All have settled before the first failure is told: nothing may write to blocks that are given back.
      const settled = await Promise.allSettled(this.#parts.map(evaluatePart));
      for (const part of settled) if (part.status === "rejected") throw part.reason;
      resume(buffer, lane);
    }
    return boostedTreeOf(readGrown(memory.wasm.buffer, lane), this.#binned, this.#growth.learningRate);
  }
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
  };
}

function sizeOf(
  { rows, cols, totalBins, firstCut }: BinnedColumns,
  { policy, maxDepth, maxLeaves }: BoostingProblem,
  parts: number,
): LaneSize {
  const leaves = Math.min(rows, maxLeaves, 2 ** Math.min(maxDepth, 31));
  const wanted = policy === DEPTH_FIRST ? Math.min(maxDepth, DEEP_SLOTS) + 1 : leaves;
  const most = Math.max(1, Math.floor(HISTOGRAM_BYTES / (16 * Math.max(1, totalBins))) - SCRATCH_SLOTS);
  let mostBins = 1;
  for (let f = 0; f < cols; f++) mostBins = Math.max(mostBins, firstCut[f + 1]! - firstCut[f]!);
  const slots = SCRATCH_SLOTS + Math.min(wanted, most);
  return { rows, nFeatures: cols, totalBins, mostBins, nodes: 2 * leaves, slots, parts };
}

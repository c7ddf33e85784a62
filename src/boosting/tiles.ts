import type { FitContext } from "../core/estimator.js";
import {
  BYTE_BINS,
  DESCRIPTOR_BYTES,
  FEATURE,
  FILL_TILE_SCRATCH,
  fillTile,
  STORES_ALL,
  TILE,
} from "../kernels/bin-columns.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block } from "../parallel/memory.js";
import { CELLS, type ColumnBins } from "./column-bins.js";

/** Bins of a tile's histogram, at most, unless one feature has more: 512 KiB, about half of a core's second-level cache. */
const TILE_BINS = 32768;
/** Entries of one byte cost every feature 256 bins: not where that is more than so many times what it has. */
const WASTED = 4;
/** A tile of which more would be stored stores all: rows of one length need no pointers. */
const SPARSE_BELOW = 0.7;

/** Where kernels find the bins: columns in `features`, rows in `tiles`. */
export interface Tiles {
  /** Bins of all features, those of missing cells included. */
  readonly totalBins: number;
  /** Descriptors, a `FEATURE` each. */
  readonly features: Block;
  /** Descriptors, a `TILE` each. */
  readonly tiles: Block;
  readonly nTiles: number;
  /** Entries that the tiles store. */
  readonly entries: number;
  /** Everything that the descriptors point to, and they. */
  readonly reads: readonly Block[];
}

interface Plan {
  readonly begin: number;
  readonly end: number;
  readonly firstBin: number;
  readonly bins: number;
  readonly sparse: boolean;
  /** Bytes of an entry. */
  readonly width: 1 | 2;
  readonly entries: number;
}

const binsOf = ({ valueBins, hasMissing }: ColumnBins) => valueBins + (hasMissing ? 1 : 0);

/** Cuts the columns into tiles and stores the tiles' entries. */
export async function makeTiles(columns: readonly ColumnBins[], rows: number, ctx: FitContext): Promise<Tiles> {
  const { pool, workspace } = ctx;
  const { memory } = pool;
  const blocks = workspace.blocks(pool);
  const plans = planTiles(columns, rows);
  const features = blocks.zeros(DESCRIPTOR_BYTES * columns.length);
  const tiles = blocks.zeros(DESCRIPTOR_BYTES * plans.length);
  const reads = new Set<Block>([features, tiles, ...columns.map(({ codes }) => codes.whole)]);
  const stores = plans.map(({ entries, sparse, width }) => ({
    entries: blocks.alloc(width * entries),
    pointers: sparse ? blocks.alloc(4 * (rows + 1)) : null,
  }));
  describe();
  await fillTiles(plans, stores, rows, features, tiles, [...reads], ctx);
  for (const { entries, pointers } of stores) {
    reads.add(entries);
    if (pointers !== null) reads.add(pointers);
  }
  return {
    totalBins: plans.reduce((sum, plan) => sum + plan.bins, 0),
    features,
    tiles,
    nTiles: plans.length,
    entries: plans.reduce((sum, plan) => sum + plan.entries, 0),
    reads: [...reads],
  };

  function describe(): void {
    const feature = memory.u32(features);
    const tile = memory.u32(tiles);
    for (const [t, plan] of plans.entries()) {
      const at = (t * DESCRIPTOR_BYTES) / 4;
      tile[at + TILE.featureBegin] = plan.begin;
      tile[at + TILE.featureEnd] = plan.end;
      tile[at + TILE.firstBin] = plan.firstBin;
      tile[at + TILE.bins] = plan.bins;
      tile[at + TILE.entries] = stores[t]!.entries.offset;
      tile[at + TILE.pointers] = stores[t]!.pointers?.offset ?? 0;
      tile[at + TILE.width] = plan.width;
      let firstBin = plan.firstBin;
      for (let f = plan.begin; f < plan.end; f++) {
        const column = columns[f]!;
        const at = (f * DESCRIPTOR_BYTES) / 4;
        feature[at + FEATURE.codes] = column.codes.offset;
        feature[at + FEATURE.width] = column.width;
        feature[at + FEATURE.valueBins] = column.valueBins;
        feature[at + FEATURE.hasMissing] = column.hasMissing ? 1 : 0;
        feature[at + FEATURE.firstBin] = firstBin;
        feature[at + FEATURE.mode] = plan.sparse ? column.mode : STORES_ALL;
        firstBin += plan.width === 1 ? BYTE_BINS : binsOf(column);
      }
    }
  }
}

/** Features in order, as many to a tile as its histogram holds. */
function planTiles(columns: readonly ColumnBins[], rows: number): Plan[] {
  const plans: Plan[] = [];
  let firstBin = 0;
  for (let begin = 0; begin < columns.length; ) {
    let end = begin;
    let bins = 0;
    let stored = 0;
    do {
      const column = columns[end++]!;
      bins += binsOf(column);
      stored += rows - column.modeRows;
    } while (end < columns.length && bins + binsOf(columns[end]!) <= TILE_BINS);
    const cells = rows * (end - begin);
    const sparse = stored <= SPARSE_BELOW * cells;
    const byteBins = BYTE_BINS * (end - begin);
    const fitBytes = columns.slice(begin, end).every((column) => binsOf(column) <= BYTE_BINS);
    const inBytes = !sparse && fitBytes && byteBins <= Math.min(TILE_BINS, WASTED * bins);
    if (inBytes) bins = byteBins;
    plans.push({ begin, end, firstBin, bins, sparse, width: inBytes ? 1 : 2, entries: sparse ? stored : cells });
    firstBin += bins;
    begin = end;
  }
  return plans;
}

/** Rows of a dense tile are filled in any order; those of a sparse tile one after the other, tiles side by side. */
async function fillTiles(
  plans: readonly Plan[],
  stores: readonly { entries: Block; pointers: Block | null }[],
  rows: number,
  features: Block,
  tiles: Block,
  reads: readonly Block[],
  { pool, signal }: FitContext,
): Promise<void> {
  const tasks = plans.flatMap(({ begin, end, sparse }, t) => {
    const rowsAtOnce = Math.max(256, Math.ceil(CELLS / (end - begin)));
    if (sparse) return [{ t, from: 0, to: rows, rowsAtOnce }];
    return Array.from({ length: Math.ceil(rows / rowsAtOnce) }, (_, i) => {
      return { t, from: i * rowsAtOnce, to: Math.min(rows, (i + 1) * rowsAtOnce), rowsAtOnce };
    });
  });
  const passing = pool.memory.scope();
  try {
    const filled = mapTasks(
      pool,
      tasks.length,
      () => passing.alloc(FILL_TILE_SCRATCH),
      async (i, scratch, stop) => {
        const { t, from, to, rowsAtOnce } = tasks[i]!;
        const width = plans[t]!.end - plans[t]!.begin;
        const { entries, pointers } = stores[t]!;
        const rowBytes = plans[t]!.width * width;
        const mine = pointers === null ? [entries.part(rowBytes * from, rowBytes * (to - from))] : [entries, pointers];
        const writes = [...mine, scratch];
        for (let r = from; r < to; r += rowsAtOnce) {
          const end = Math.min(to, r + rowsAtOnce);
          const args = [features.offset, tiles.offset + t * DESCRIPTOR_BYTES, r, end, scratch.offset];
          await pool.run({ kernel: fillTile, args, reads, writes, cost: (end - r) * width }, stop);
        }
      },
      signal,
    );
    for await (const _ of filled);
  } finally {
    passing.free();
  }
}

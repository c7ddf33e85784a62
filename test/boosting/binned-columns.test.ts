import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type BinnedColumns, binnedColumns } from "../../src/boosting/binned-columns.js";
import { InvalidDataError } from "../../src/core/errors.js";
import type { FitContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import { BYTE_BINS, FEATURE, STORES_ALL, TILE } from "../../src/kernels/bin-columns.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import type { Pool } from "../../src/parallel/pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { referenceBins } from "../kernels/reference/bin-columns.js";

const inline = inlinePool();
const others: Readonly<Record<string, Pool>> = {
  "two workers": threadPool({ workers: 2 }),
  "two workers with memories of their own": threadPool({ workers: 2, sharedMemory: false }),
};
afterAll(() => Promise.all([inline, ...Object.values(others)].map((pool) => pool.close())));

const contextOf = (pool: Pool, workspace: Workspace): FitContext =>
  ({ pool, workspace, signal: new AbortController().signal, progress() {} }) as unknown as FitContext;

/** Runs `use` within a verb of its own; afterwards nothing is left in the pool's memory. */
async function inVerb<T>(pool: Pool, use: (ctx: FitContext) => Promise<T>): Promise<T> {
  const before = pool.memory.used;
  const workspace = new Workspace();
  try {
    return await use(contextOf(pool, workspace));
  } finally {
    workspace.close();
    expect(pool.memory.used).toBe(before);
  }
}

/** What lies behind the descriptors. */
function read(binned: BinnedColumns, pool: Pool) {
  const { memory } = pool;
  const { rows, cols } = binned;
  const descriptors = (block: typeof binned.features, n: number) => {
    const words = memory.u32(block);
    return Array.from({ length: n }, (_, i) => words.slice(8 * i, 8 * i + 8));
  };
  const features = descriptors(binned.features, cols);
  const tiles = descriptors(binned.tiles, binned.nTiles);
  const buffer = memory.wasm.buffer;
  const codes = features.map((f) => {
    const numbers = f[FEATURE.width] === 1 ? Uint8Array : Uint16Array;
    return [...new numbers(buffer, f[FEATURE.codes]!, rows)];
  });
  /** The codes again, out of the tiles. */
  const fromTiles = features.map((f) => new Array<number>(rows).fill(f[FEATURE.mode]!));
  let entries = 0;
  for (const tile of tiles) {
    const [begin, end] = [tile[TILE.featureBegin]!, tile[TILE.featureEnd]!];
    const sparse = tile[TILE.pointers] !== 0;
    const pointers = sparse
      ? new Uint32Array(buffer, tile[TILE.pointers], rows + 1)
      : Uint32Array.from({ length: rows + 1 }, (_, r) => r * (end - begin));
    const inBytes = tile[TILE.width] === 1;
    const stored = new (inBytes ? Uint8Array : Uint16Array)(buffer, tile[TILE.entries], pointers[rows]!);
    expect([1, 2]).toContain(tile[TILE.width]);
    expect(pointers[0]).toBe(0);
    entries += stored.length;
    for (let r = 0; r < rows; r++) {
      // Of bytes, which no tile may leave out, the place says the feature.
      if (inBytes) {
        for (let f = begin; f < end; f++) fromTiles[f]![r] = stored[r * (end - begin) + f - begin]!;
        continue;
      }
      let last = -1;
      for (let e = pointers[r]!; e < pointers[r + 1]!; e++) {
        const bin = stored[e]! + tile[TILE.firstBin]!;
        const f = features.findLastIndex((f) => f[FEATURE.firstBin]! <= bin);
        if (!(f > last && f >= begin && f < end)) throw new Error(`row ${r}: an entry of feature ${f} after ${last}`);
        fromTiles[(last = f)]![r] = bin - features[f]![FEATURE.firstBin]!;
      }
    }
  }
  return { features, tiles, codes, fromTiles, entries };
}

/** Bins X, compares everything with the reference, and answers what was made. */
async function check(X: Matrix, maxBin: number, weights: Float64Array | null = null, pool = inline) {
  return inVerb(pool, async (ctx) => {
    const binned = await binnedColumns(X, maxBin, weights, ctx);
    const made = read(binned, pool);
    const { features, tiles } = made;
    expect([binned.rows, binned.cols]).toEqual([X.rows, X.cols]);
    let firstBin = 0;
    let exact = true;
    const most = new Array<number>(tiles.length).fill(0);
    const filled = new Array<number>(tiles.length).fill(0);
    const tileOf = (f: number) => tiles.findIndex((tile) => f < tile[TILE.featureEnd]!);
    for (let f = 0; f < X.cols; f++) {
      const column = Array.from({ length: X.rows }, (_, r) => Math.fround(X.at(r, f)));
      const wanted = referenceBins(column, maxBin, weights === null ? null : [...weights]);
      const hasMissing = column.some(Number.isNaN) ? 1 : 0;
      const bins = wanted.cuts.length;
      expect([...binned.cuts.subarray(binned.firstCut[f], binned.firstCut[f + 1])]).toEqual(wanted.cuts);
      const descriptor = features[f]!;
      expect(descriptor[FEATURE.width]).toBe(bins + hasMissing <= 256 ? 1 : 2);
      expect(descriptor[FEATURE.valueBins]).toBe(bins);
      expect(descriptor[FEATURE.hasMissing]).toBe(hasMissing);
      expect(descriptor[FEATURE.firstBin]).toBe(firstBin);
      expect([STORES_ALL, wanted.mode]).toContain(descriptor[FEATURE.mode]);
      expect([...descriptor.subarray(6)]).toEqual([0, 0]);
      expect(made.codes[f]).toEqual(wanted.codes);
      expect(made.fromTiles[f]).toEqual(wanted.codes);
      const t = tileOf(f);
      most[t] = Math.max(most[t]!, bins + hasMissing);
      filled[t] = filled[t]! + bins + hasMissing;
      firstBin += tiles[t]![TILE.width] === 1 ? BYTE_BINS : bins + hasMissing;
      exact &&= wanted.distinct <= maxBin;
    }
    expect(binned.totalBins).toBe(firstBin);
    expect(binned.exact).toBe(exact);
    expect(binned.entries).toBe(made.entries);
    let [feature, bin] = [0, 0];
    for (const [t, tile] of tiles.entries()) {
      // Bytes where all codes fit, the bins still fit into the cache, and at least a quarter of them is of use.
      const byteBins = BYTE_BINS * (tile[TILE.featureEnd]! - tile[TILE.featureBegin]!);
      const inBytes = most[t]! <= BYTE_BINS && byteBins <= 32768 && byteBins <= 4 * filled[t]!;
      expect(tile[TILE.width]).toBe(tile[TILE.pointers] === 0 && inBytes ? 1 : 2);
      expect([tile[TILE.featureBegin], tile[TILE.firstBin]]).toEqual([feature, bin]);
      feature = tile[TILE.featureEnd]!;
      bin += tile[TILE.bins]!;
      expect(tile[TILE.bins]).toBeLessThanOrEqual(65536);
    }
    expect([feature, bin]).toEqual([X.cols, firstBin]);
    return { binned, ...made };
  });
}

/** A number in [0, 1) for each cell, always the same. */
const noise = (cell: number) => ((Math.imul(cell + 1, 2654435761) >>> 0) * 0.61803398875) % 1;

describe("binnedColumns", () => {
  const { cases } = JSON.parse(readFileSync(new URL("../golden/bins.json", import.meta.url), "utf8")) as {
    cases: { name: string; X: (number | null)[][]; cuts: number[][] }[];
  };

  it.each(cases)("cuts $name where XGBoost does", async ({ X, cuts }) => {
    const data = Float64Array.from(X.flatMap((row) => row.map((value) => value ?? Number.NaN)));
    const { binned } = await check(new Matrix(data, X.length, X[0]!.length), 256);
    const ours = cuts.map((_, f) => [...binned.cuts.subarray(binned.firstCut[f], binned.firstCut[f + 1])]);
    expect(ours).toEqual(cuts);
  });

  it("bins floats of both precisions and bytes of the same values alike", async () => {
    const bytes = Uint8Array.from({ length: 500 * 9 }, (_, i) => (i % 9 < 5 ? 0 : Math.floor(noise(i) * 200)));
    const scaled = Float64Array.from(bytes, (byte) => Math.fround(byte * Math.fround(1 / 255)));
    const weights = Float64Array.from({ length: 500 }, (_, r) => noise(r));
    const scale = Math.fround(1 / 255);
    for (const maxBin of [2, 16, 256, 65535]) {
      const made = [];
      for (const X of [
        new Matrix(bytes, 500, 9, { scale }),
        new Matrix(Float32Array.from(scaled), 500, 9),
        new Matrix(scaled, 500, 9),
      ]) {
        const { binned, codes } = await check(X, maxBin, weights);
        made.push({ cuts: binned.cuts, codes, entries: binned.entries });
      }
      expect(made[1]).toEqual(made[0]);
      expect(made[2]).toEqual(made[0]);
    }
  });

  it("gives the same on any pool", async () => {
    const floats = Float64Array.from({ length: 3000 * 7 }, (_, i) => (noise(3 * i) < 0.1 ? Number.NaN : noise(i)));
    const bytes = Uint8Array.from(floats, (x, i) => (i % 7 < 5 ? 0 : 255 * x));
    const weights = Float64Array.from({ length: 3000 }, (_, r) => noise(r));
    for (const X of [new Matrix(floats, 3000, 7), new Matrix(bytes, 3000, 7)]) {
      const index = Uint32Array.from({ length: 2000 }, (_, r) => (r * 7) % 3000);
      const facts = async (pool: Pool) => {
        const { binned, codes, fromTiles } = await check(X.take(index), 32, weights.subarray(0, 2000), pool);
        return { cuts: binned.cuts, codes, fromTiles };
      };
      const wanted = await facts(inline);
      for (const pool of Object.values(others)) expect(await facts(pool)).toEqual(wanted);
    }
  });

  it("bins a view by its own rows, repeats included", async () => {
    const floats = new Matrix(
      Float32Array.from({ length: 90 }, (_, i) => Math.floor(noise(i) * 9)),
      30,
      3,
    );
    const bytes = new Matrix(Uint8Array.from(floats.data), 30, 3);
    for (const X of [floats, bytes]) await check(X.take([29, 3, 3, 7, 0]), 256);
  });

  it("takes columns without a value, columns of one value, and one row", async () => {
    const { NaN: missing } = Number;
    const { binned } = await check(new Matrix(Float64Array.of(missing, 5, 1, missing, 5, missing), 2, 3), 2);
    expect([...binned.firstCut]).toEqual([0, 0, 1, 2]);
    await check(new Matrix(Float64Array.of(missing, -0, 1), 1, 3), 256);
    await check(new Matrix(Float64Array.of(missing), 1, 1), 256);
    await check(new Matrix(Uint8Array.of(0, 7, 255), 1, 3), 256);
  });

  it("makes exactly maxBin bins of a column with more values, frequent values alone in theirs", async () => {
    // Half of the rows are zeros, a tenth are ones.
    const column = Float64Array.from({ length: 2000 }, (_, r) =>
      r % 2 === 0 ? 0 : r % 10 === 1 ? 1 : noise(r) * 4 - 2,
    );
    const { binned, codes } = await check(new Matrix(column, 2000, 1), 20);
    expect(binned.firstCut[1]).toBe(20);
    const binOf = (value: number) => codes[0]![column.indexOf(value)]!;
    for (const value of [0, 1]) {
      const rows = codes[0]!.flatMap((code, r) => (code === binOf(value) ? [column[r]] : []));
      expect(new Set(rows)).toEqual(new Set([value]));
    }
    const rowsOf = new Array<number>(20).fill(0);
    for (const code of codes[0]!) rowsOf[code]!++;
    // 800 rows are left for 18 bins: 44.4 each.
    const shared = rowsOf.filter((_, code) => code !== binOf(0) && code !== binOf(1));
    expect(Math.max(...shared)).toBeLessThan(60);
    expect(Math.min(...shared)).toBeGreaterThan(25);
  });

  it("cuts tiles of at most 32768 bins, and gives a feature with more a tile of its own", async () => {
    const wide = Float32Array.from({ length: 40000 * 3 }, (_, i) => (i % 3 === 0 ? 0 : i));
    wide[3] = 1;
    const { binned, tiles } = await check(new Matrix(wide, 40000, 3), 65535);
    expect(tiles.map((tile) => [tile[TILE.featureBegin], tile[TILE.featureEnd]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    // One row is not a zero; of the others all cells are stored.
    expect(tiles.map((tile) => tile[TILE.pointers] !== 0)).toEqual([true, false, false]);
    expect(binned.entries).toBe(1 + 80000);
    await check(new Matrix(wide, 40000, 3), 10000);
  });

  it("stores a byte an entry where a tile has all cells and no feature more than 256 bins, missing ones included", async () => {
    const [rows, cols] = [600, 3];
    const widths = async (distinct: number, missing: boolean, zeros: number) => {
      const data = Float32Array.from({ length: rows * cols }, (_, i) => {
        const [row, f] = [Math.floor(i / cols), i % cols];
        if (row < zeros) return 0;
        if (missing && f === 1 && row % 50 === 49) return Number.NaN;
        return f === 1 ? row % distinct : row % 7;
      });
      const { binned, tiles } = await check(new Matrix(data, rows, cols), 65535);
      expect(binned.totalBins).toBe(tiles[0]![TILE.bins]);
      return tiles.map((tile) => [tile[TILE.width], tile[TILE.pointers] !== 0, tile[TILE.bins]]);
    };
    expect(await widths(256, false, 0)).toEqual([[1, false, 768]]);
    expect(await widths(257, false, 0)).toEqual([[2, false, 7 + 257 + 7]]);
    expect(await widths(255, true, 0)).toEqual([[1, false, 768]]);
    expect(await widths(256, true, 0)).toEqual([[2, false, 7 + 257 + 7]]);
    expect(await widths(10, false, 400)).toEqual([[2, true, 7 + 10 + 7]]);
  });

  it("is made once for all weights where every value has a bin, and once for each otherwise", async () => {
    const X = new Matrix(
      Float64Array.from({ length: 40 }, (_, i) => i % 20),
      40,
      1,
    );
    const weights = [new Float64Array(40).fill(1), new Float64Array(40).fill(2), null];
    await inVerb(inline, async (ctx) => {
      const exact = await Promise.all(weights.map((w) => binnedColumns(X, 20, w, ctx)));
      expect(new Set(exact).size).toBe(1);
      const coarse = await Promise.all(weights.map((w) => binnedColumns(X, 19, w, ctx)));
      expect(new Set([...exact, ...coarse]).size).toBe(4);
      expect(binnedColumns(X, 19, weights[0]!, ctx)).toBe(binnedColumns(X, 19, weights[0]!, ctx));
    });
  });

  it("refuses what does not fit into f32, naming the first row of the first such column", async () => {
    const data = Float64Array.from({ length: 30 }, (_, i) => i);
    [data[8], data[13], data[10]] = [1e39, -1e300, 3.4e38];
    const X = new Matrix(data, 10, 3);
    for (const pool of [inline, ...Object.values(others)]) {
      const error = await inVerb(pool, (ctx) => binnedColumns(X, 256, null, ctx)).catch((e) => e);
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error).toMatchObject({ row: 4, column: 1 });
      expect(error.message).toBe(
        "X must fit into f32, where numbers end at ±3.4028234663852886e38; got -1e+300 at row 4, column 1",
      );
    }
    const bytes = new Matrix(Uint8Array.of(1, 2, 255, 3), 2, 2, { scale: 1e37 });
    await expect(inVerb(inline, (ctx) => binnedColumns(bytes, 256, null, ctx))).rejects.toMatchObject({ row: 1 });
  });

  it("can be aborted", async () => {
    const X = new Matrix(new Float64Array(1 << 20).map(noise), 1 << 16, 16);
    const controller = new AbortController();
    const binned = inVerb(inline, (ctx) => binnedColumns(X, 256, null, { ...ctx, signal: controller.signal }));
    controller.abort(new Error("enough"));
    await expect(binned).rejects.toThrow("enough");
  });
});

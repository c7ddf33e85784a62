import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BYTE_BINS,
  binColumnsScratch,
  DESCRIPTOR_BYTES,
  FEATURE,
  FILL_TILE_SCRATCH,
  STORES_ALL,
  TILE,
} from "../../src/kernels/bin-columns.js";
import { boosting } from "../../src/kernels/generated/boosting.js";
import { DONE } from "../../src/kernels/kernel.js";
import { type ReferenceBins, referenceBins } from "./reference/bin-columns.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(false, boosting), new KernelMemory(true, boosting)];

/** What a kernel told of a column is what the reference says. */
function expectBins(at: KernelMemory, info: number, cuts: number, missing: number, wanted: ReferenceBins): void {
  const valueBins = wanted.cuts.length;
  const { mode, modeRows, distinct } = wanted;
  expect([...new Uint32Array(at.buffer, info, 5)]).toEqual([valueBins, missing, mode, modeRows, distinct]);
  expect([...new Float32Array(at.buffer, cuts, valueBins)]).toEqual(wanted.cuts);
}

describe("binColumns", () => {
  const value = fc
    .oneof(
      fc.constantFrom(0, -0, 1, -1, 2, 3, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38, Number.NaN),
      fc.integer({ min: -5, max: 5 }),
      fc.float({ noDefaultInfinity: true }),
    )
    .map(Math.fround);
  const weight = fc.oneof(fc.constantFrom(0, 1, 100), fc.double({ min: 0, max: 9, noNaN: true }));

  function check(columns: readonly number[][], maxBin: number, weights: number[] | null, at: KernelMemory): void {
    const rows = columns[0]!.length;
    const maxCuts = Math.min(rows, maxBin);
    at.reset();
    const cells = at.put(Float32Array.from(columns.flat()));
    const weighed = weights === null ? 0 : at.put(Float64Array.from(weights));
    const cuts = at.room(4 * maxCuts * columns.length);
    const info = at.room(32 * columns.length);
    const scratch = at.room(binColumnsScratch(rows));
    at.freezeInputs([cells, cuts, info, scratch]);
    // Each column in a call of its own but the last two.
    const last = Math.max(0, columns.length - 2);
    for (let c = 0; c <= last; c++) {
      const end = c === last ? columns.length : c + 1;
      const args = [cells, rows, c, end, weighed, maxBin, cuts, maxCuts, info, scratch];
      expect(at.call("binColumns", args)).toBe(DONE);
    }
    for (const [c, column] of columns.entries()) {
      const wanted = referenceBins(column, maxBin, weights);
      const missing = column.filter(Number.isNaN).length;
      expectBins(at, info + 32 * c, cuts + 4 * maxCuts * c, missing, wanted);
      const narrow = wanted.cuts.length + (missing > 0 ? 1 : 0) <= 256;
      const codesAt = cells + 4 * rows * c;
      const codes = narrow ? new Uint8Array(at.buffer, codesAt, rows) : new Uint16Array(at.buffer, codesAt, rows);
      expect([...codes]).toEqual(wanted.codes);
    }
    at.checkGuards();
  }

  it("gives each value its bin, or the bins of the rule where there are too many values", () => {
    const table = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }))
      .chain(([cols, rows]) =>
        fc.tuple(
          fc.array(fc.array(value, { minLength: rows, maxLength: rows }), { minLength: cols, maxLength: cols }),
          fc.oneof(fc.integer({ min: 2, max: 8 }), fc.constant(256)),
          fc.option(fc.array(weight, { minLength: rows, maxLength: rows })),
        ),
      );
    fc.assert(
      fc.property(table, ([columns, maxBin, weights]) => {
        for (const memory of memories) check(columns, maxBin, weights, memory);
      }),
    );
  });

  it("takes one byte a code up to 256 codes and two from 257 on, missing cells counted", () => {
    const column = (distinct: number, missing: number) => [
      ...Array.from({ length: 300 }, (_, i) => Math.fround(((i * 7) % distinct) / 3)),
      ...new Array<number>(missing).fill(Number.NaN),
    ];
    check([column(256, 0)], 65535, null, memories[0]!);
    check([column(255, 2)], 65535, null, memories[0]!);
    check([column(256, 2)], 65535, null, memories[0]!);
    check([column(257, 0)], 65535, null, memories[0]!);
    check([column(257, 0)], 256, null, memories[0]!);
  });

  it("spreads thousands of values evenly", () => {
    const column = Array.from({ length: 5000 }, (_, i) => Math.fround(Math.sin(i) ** 3 * 10 ** (i % 7)));
    check([column, column.map((v) => Math.trunc(v))], 64, null, memories[1]!);
    const rows = new Map<number, number>();
    for (const code of referenceBins(column, 64).codes) rows.set(code, (rows.get(code) ?? 0) + 1);
    expect(rows.size).toBe(64);
    // 5000 / 64 = 78.1
    expect(Math.min(...rows.values())).toBeGreaterThanOrEqual(77);
    expect(Math.max(...rows.values())).toBeLessThanOrEqual(80);
  });

  it("tells of infinities, of either sign", () => {
    const at = memories[0]!;
    for (const [column, wanted] of [
      [[1, Number.POSITIVE_INFINITY, Number.NaN], 1],
      [[Number.NEGATIVE_INFINITY, 1, 2], 1],
      [[Number.NaN, 3.4028234663852886e38, -3.4028234663852886e38], 0],
      [[Number.NaN, Number.NaN, Number.NaN], 0],
    ] as const) {
      at.reset();
      const cells = at.put(Float32Array.from(column));
      const [cuts, info, scratch] = [at.room(12), at.room(32), at.room(binColumnsScratch(3))];
      at.call("binColumns", [cells, 3, 0, 1, 0, 16, cuts, 3, info, scratch]);
      expect(new Uint32Array(at.buffer, info, 8)[5]).toBe(wanted);
      at.checkGuards();
    }
  });
});

describe("countBytes, weighBytes, binBytes and encodeBytes", () => {
  interface Case {
    readonly rows: number;
    readonly cols: number;
    readonly byteAt: (cell: number) => number;
    readonly maxBin: number;
    readonly index: Uint32Array | null;
    readonly weights: Float64Array | null;
    readonly colBegin: number;
    readonly split: number;
    readonly scale: number;
  }

  function check(wanted: Case, at: KernelMemory): void {
    const { rows, cols, maxBin, index, weights, colBegin, scale } = wanted;
    const n = cols - colBegin;
    at.reset();
    const data = Uint8Array.from({ length: rows * cols }, (_, i) => wanted.byteAt(i));
    const bytes = Float32Array.from({ length: 256 }, (_, byte) => byte * scale);
    const cells = at.put(data);
    const rowsAt = index === null ? 0 : at.put(index);
    const values = at.put(bytes);
    const weighed = weights === null ? 0 : at.put(weights);
    const used = index?.length ?? rows;
    const counts = at.put(new Uint32Array(256 * n));
    const sums = at.put(new Float64Array(256 * n));
    const [cuts, info, codeOf] = [at.room(1024 * n), at.room(32 * n), at.room(256 * n)];
    const often = at.room(n + 16);
    const codes = at.room(used * n);
    at.freezeInputs([counts, sums, cuts, info, codeOf, often, codes]);
    const split = Math.min(wanted.split, used);
    for (const [from, to] of [
      [0, split],
      [split, used],
    ] as const) {
      const range = [cells, rowsAt, cols, colBegin, cols, from, to];
      expect(at.call("countBytes", [...range, counts])).toBe(DONE);
      if (weights !== null) expect(at.call("weighBytes", [...range, weighed, sums])).toBe(DONE);
    }
    const summed = weights === null ? 0 : sums;
    expect(at.call("binBytes", [counts, summed, n, values, used, maxBin, cuts, info, codeOf, often])).toBe(DONE);
    for (const [from, to] of [
      [split, used],
      [0, split],
    ] as const) {
      const args = [cells, rowsAt, used, cols, colBegin, cols, from, to, codeOf, often, codes];
      expect(at.call("encodeBytes", args)).toBe(DONE);
    }
    for (let c = 0; c < n; c++) {
      const column = Array.from({ length: used }, (_, r) => bytes[data[(index?.[r] ?? r) * cols + colBegin + c]!]!);
      const reference = referenceBins(column, maxBin, weights === null ? null : [...weights]);
      expectBins(at, info + 32 * c, cuts + 1024 * c, 0, reference);
      expect([...new Uint8Array(at.buffer, codes + used * c, used)]).toEqual(reference.codes);
    }
    at.checkGuards();
  }

  it("bin bytes as binColumns does their values: any rows, any columns from the first on, weighted or not", () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 1, max: 40 }),
          cols: fc.integer({ min: 1, max: 40 }),
          maxBin: fc.oneof(fc.integer({ min: 2, max: 6 }), fc.constant(256)),
          colBegin: fc.nat(39),
          split: fc.nat(40),
          scale: fc.constantFrom(1, 1 / 255, 1e-46),
        }),
        fc.integer({ min: 1, max: 256 }),
        fc.boolean(),
        fc.boolean(),
        (shape, spread, isView, isWeighted) => {
          const { rows, cols } = shape;
          // A third of the cells are zeros.
          const byteAt = (i: number) => (i % 3 === 0 ? 0 : ((i * 2654435761) >>> 8) % spread);
          const index = isView ? Uint32Array.from({ length: rows + 2 }, (_, i) => (7 * i + 3) % rows) : null;
          // Eighths add up exactly: values that merge may be summed in another order than their rows.
          const weights = isWeighted
            ? Float64Array.from({ length: index?.length ?? rows }, (_, i) => ((5 * i) % 11) / 8)
            : null;
          const wanted: Case = { ...shape, colBegin: shape.colBegin % cols, byteAt, index, weights };
          for (const memory of memories) check(wanted, memory);
        },
      ),
    );
  });

  it("bin all 256 bytes, and a column without zeros", () => {
    const shape = { rows: 600, cols: 17, index: null, weights: null, colBegin: 0, split: 100, scale: 1 };
    check({ ...shape, maxBin: 256, byteAt: (i) => (i * 7) % 256 }, memories[0]!);
    check({ ...shape, maxBin: 255, byteAt: (i) => (i * 7) % 256 }, memories[0]!);
    check({ ...shape, maxBin: 65535, byteAt: (i) => 1 + (i % 255) }, memories[0]!);
  });
});

describe("fillTile", () => {
  /** Entries of each row, and pointers, of columns whose bins begin at `firstBins`. */
  function reference(columns: readonly (readonly number[])[], firstBins: readonly number[], modes: readonly number[]) {
    const rows = columns[0]!.length;
    const entries: number[] = [];
    const pointers = [0];
    for (let r = 0; r < rows; r++) {
      for (const [f, column] of columns.entries()) {
        if (column[r] !== modes[f]) entries.push(firstBins[f]! + column[r]!);
      }
      pointers.push(entries.length);
    }
    return { entries, pointers };
  }

  type Kind = "sparse" | "dense" | "dense, in bytes where they do";

  function check(bins: readonly number[], rows: number, splits: number[], kind: Kind, at: KernelMemory): void {
    const sparse = kind === "sparse";
    const inBytes = kind === "dense, in bytes where they do" && bins.slice(1).every((n) => n <= BYTE_BINS);
    // The tile holds all features but the first.
    const columns = bins.map((n, f) => Array.from({ length: rows }, (_, r) => ((r * (f + 3) * 2654435761) >>> 9) % n));
    const modes = bins.map((n, f) => (sparse ? f % n : STORES_ALL));
    const taken = bins.map((n) => (inBytes ? BYTE_BINS : n));
    const firstBins = bins.map((_, f) => 100 + taken.slice(0, f).reduce((a, b) => a + b, 0));
    const tileBin = firstBins[1]!;
    const relative = firstBins.slice(1).map((bin) => (inBytes ? 0 : bin - tileBin));
    const wanted = reference(columns.slice(1), relative, modes.slice(1));
    at.reset();
    const features = new Uint32Array((bins.length * DESCRIPTOR_BYTES) / 4);
    for (const [f, column] of columns.entries()) {
      const wide = bins[f]! > 256;
      const codes = wide ? at.put(new Uint8Array(new Uint16Array(column).buffer)) : at.put(Uint8Array.from(column));
      const d = (f * DESCRIPTOR_BYTES) / 4;
      features[d + FEATURE.codes] = codes;
      features[d + FEATURE.width] = wide ? 2 : 1;
      features[d + FEATURE.valueBins] = bins[f]!;
      features[d + FEATURE.firstBin] = firstBins[f]!;
      features[d + FEATURE.mode] = modes[f]!;
    }
    const width = inBytes ? 1 : 2;
    const entries = at.room(width * wanted.entries.length);
    const pointers = sparse ? at.room(4 * (rows + 1)) : 0;
    const tile = new Uint32Array(DESCRIPTOR_BYTES / 4);
    tile[TILE.featureBegin] = 1;
    tile[TILE.featureEnd] = bins.length;
    tile[TILE.firstBin] = tileBin;
    tile[TILE.bins] = taken.slice(1).reduce((a, b) => a + b, 0);
    tile[TILE.width] = width;
    tile[TILE.entries] = entries;
    tile[TILE.pointers] = pointers;
    const [featuresAt, tileAt, scratch] = [at.put(features), at.put(tile), at.room(FILL_TILE_SCRATCH)];
    at.freezeInputs([entries, pointers, scratch]);
    const ends = [...splits.map((s) => Math.min(s, rows)).sort((a, b) => a - b), rows];
    const ranges = ends.map((end, i) => [i === 0 ? 0 : ends[i - 1]!, end] as const);
    // Ranges of a dense tile may come in any order.
    for (const [from, to] of sparse ? ranges : ranges.reverse()) {
      expect(at.call("fillTile", [featuresAt, tileAt, from, to, scratch])).toBe(DONE);
    }
    const Entries = inBytes ? Uint8Array<ArrayBufferLike> : Uint16Array<ArrayBufferLike>;
    const stored = new Entries(at.buffer, entries, wanted.entries.length);
    expect([...stored]).toEqual(wanted.entries);
    if (sparse) expect([...new Uint32Array(at.buffer, pointers, rows + 1)]).toEqual(wanted.pointers);
    at.checkGuards();
  }

  it("stores the bins of each row in the order of the features, without modes where it is sparse", () => {
    fc.assert(
      fc.property(
        fc.constantFrom([256], [256, 257, 3000]).chain((large) =>
          fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(...large)), {
            minLength: 2,
            maxLength: 8,
          }),
        ),
        fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 250, max: 600 })),
        fc.array(fc.nat(600), { maxLength: 3 }),
        fc.constantFrom<Kind>("sparse", "dense", "dense, in bytes where they do"),
        (bins, rows, splits, kind) => {
          for (const memory of memories) check(bins, rows, splits, kind, memory);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("reaches the last of 65536 bins", () => {
    check([2, 65535, 1], 300, [], "dense", memories[0]!);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { svm } from "../../src/kernels/generated/svm.js";
import { DONE } from "../../src/kernels/kernel.js";
import { F64, I16, LINE_BYTES } from "../../src/kernels/svm-vectors.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { codesOf, dot, gridOf } from "./reference/svm-kernel-values.js";
import { makeTable, placeTable, placeVectors, type Table, type TableKind } from "./reference/svm-tables.js";

const memories = [new KernelMemory(false, svm), new KernelMemory(true, svm)];

/** Codes as the kernel packs them: pairs of 16 bits, the last one filled up by 0. */
function pairsOf(codes: readonly number[]): number[] {
  return Array.from(
    { length: Math.ceil(codes.length / 2) },
    (_, p) => ((codes[2 * p]! & 0xffff) | ((codes[2 * p + 1] ?? 0) << 16)) >>> 0,
  );
}

/** What encodeRows must leave, row by row; of a row off the grid, codes of 0 and the norm -1. */
function encoded({ X, cols, isF64 }: Table, q: number) {
  return X.map((row) => {
    const codes = codesOf(row, q, isF64);
    const pairs = pairsOf(codes ?? new Array<number>(cols).fill(0));
    return {
      pairs,
      norm: codes === null ? -1 : dot(codes, codes, 1),
      count: pairs.filter((pair) => pair !== 0).length,
    };
  });
}

function checkEncoding(table: Table, q: number, cut: number): void {
  const n = table.X.length;
  const lines = Math.ceil(table.cols / 2);
  const expected = encoded(table, q);
  for (const at of memories) {
    at.reset();
    const source = placeTable(at, table);
    const [cells, norms, counts, failed] = [
      at.room(4 * lines * n),
      at.room(4 * n),
      at.room(4 * n),
      at.put(Uint32Array.of(0)),
    ];
    const scratch = at.room(512);
    const vectors = at.put(Uint32Array.of(I16, cells, norms, lines, 0, 0, 0, 0));
    at.freezeInputs([cells, norms, counts, failed, scratch]);
    const encode = (from: number, to: number, all: number) =>
      at.call("encodeRows", [...source, from, to, q, Number(!table.isF64), all, scratch, vectors, counts, failed]);
    for (const [from, to] of [
      [Math.min(cut, n), n],
      [0, Math.min(cut, n)],
    ] as const) {
      expect(encode(from, to, 0)).toBe(DONE);
    }
    const isOff = expected.some(({ norm }) => norm < 0);
    expect(new Uint32Array(at.buffer, failed, 1)[0]).toBe(Number(isOff));
    expect([...new Uint32Array(at.buffer, cells, lines * n)]).toEqual(expected.flatMap(({ pairs }) => pairs));
    expect([...new Int32Array(at.buffer, norms, n)]).toEqual(expected.map(({ norm }) => norm));
    expect([...new Uint32Array(at.buffer, counts, n)]).toEqual(expected.map(({ count }) => count));
    at.checkGuards();

    new Uint32Array(at.buffer, failed, 1)[0] = 0;
    expect(encode(0, n, 1)).toBe(DONE);
    expect(new Uint32Array(at.buffer, failed, 1)[0]).toBe(Number(isOff));
    at.checkGuards();
  }
}

function checkWidening(table: Table, cut: number): void {
  const { X, cols } = table;
  const n = X.length;
  for (const at of memories) {
    at.reset();
    const source = placeTable(at, table);
    const [cells, norms, counts] = [at.room(8 * cols * n), at.room(8 * n), at.room(4 * n)];
    const vectors = at.put(Uint32Array.of(F64, cells, norms, cols, 0, 0, 0, 0));
    at.freezeInputs([cells, norms, counts]);
    for (const [from, to] of [
      [Math.min(cut, n), n],
      [0, Math.min(cut, n)],
    ] as const) {
      expect(at.call("widenRows", [...source, from, to, vectors, counts])).toBe(DONE);
    }
    expect([...new Float64Array(at.buffer, cells, cols * n)]).toEqual(X.flat());
    expect([...new Float64Array(at.buffer, norms, n)]).toEqual(X.map((row) => dot(row, row, null)));
    expect([...new Uint32Array(at.buffer, counts, n)]).toEqual(X.map((row) => row.filter((x) => x !== 0).length));
    at.checkGuards();
  }
}

/** Panels hold the rows of an order as columns, their squared norms below, and 0 where there are no more rows. */
function checkPanels(table: Table, q: number | null, cut: number): void {
  const { X, cols } = table;
  const kind = q === null ? F64 : I16;
  const lines = q === null ? cols : Math.ceil(cols / 2);
  const [width, bytes] = q === null ? [12, 8] : [24, 4];
  const order = Uint32Array.from(X, (_, i) => (i * 3) % X.length);
  const panels = Math.ceil(order.length / width);
  const expected = new Array<number>(panels * (lines + 1) * width).fill(0);
  for (const [c, row] of order.entries()) {
    const values = q === null ? X[row]! : pairsOf(codesOf(X[row]!, q, table.isF64)!);
    const begin = Math.floor(c / width) * (lines + 1) * width + (c % width);
    for (const [p, value] of [...values, dot(X[row]!, X[row]!, q)].entries()) expected[begin + p * width] = value;
  }
  for (const at of memories) {
    for (const isListed of [false, true]) {
      at.reset();
      const vectors = placeVectors(at, X, q, isListed);
      const [orderAt, out] = [at.put(order), at.room(LINE_BYTES * (lines + 1) * panels)];
      at.freezeInputs([out]);
      const middle = Math.min(cut, panels);
      for (const [from, to] of [
        [middle, panels],
        [0, middle],
      ] as const) {
        expect(at.call("packPanels", [vectors, orderAt, order.length, from, to, out])).toBe(DONE);
      }
      const length = (LINE_BYTES * (lines + 1) * panels) / bytes;
      const found = kind === F64 ? new Float64Array(at.buffer, out, length) : new Uint32Array(at.buffer, out, length);
      expect([...found]).toEqual(expected);
      at.checkGuards();
    }
  }
}

/** Lists made by the kernel are those that the reference makes. */
function checkLists(table: Table, q: number | null, cut: number): void {
  const { X } = table;
  for (const at of memories) {
    at.reset();
    const vectors = placeVectors(at, X, q, true);
    const fields = new Uint32Array(at.buffer, vectors, 8).slice();
    const starts = new Uint32Array(at.buffer, fields[4]!, X.length + 1);
    const bytes = (q === null ? 16 : 8) * starts[X.length]!;
    const expected = new Uint8Array(at.buffer, fields[5]!, bytes).slice();
    const entries = at.room(bytes);
    fields[5] = entries;
    const own = at.put(fields);
    at.freezeInputs([entries]);
    const middle = Math.min(cut, X.length);
    for (const [from, to] of [
      [middle, X.length],
      [0, middle],
    ] as const) {
      expect(at.call("listEntries", [own, from, to])).toBe(DONE);
    }
    expect(Buffer.from(at.buffer, entries, bytes).equals(expected)).toBe(true);
    at.checkGuards();
  }
}

const kinds = fc.constantFrom<TableKind>("bytes", "scaled bytes", "f32", "f64");
const divisors = fc.constantFrom(1, 100, 255, 256);
const sizes = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 19 }));

describe("encodeRows", () => {
  it("puts every row of every container on the grid that it is on, whatever stands in the others", () => {
    const property = ([n, cols]: readonly [number, number], kind: TableKind, q: number, oddity: number, seed: number) =>
      checkEncoding(makeTable(n, cols, kind, q, oddity, seed), q, seed % 71);
    fc.assert(fc.property(sizes, kinds, divisors, fc.constantFrom(0, 0.02), fc.nat(), property), { numRuns: 150 });
  });

  it("knows its limits: codes of 32767 and sums of squares of 2^29 - 1", () => {
    const table = (row: readonly number[]): Table => ({
      kind: "f64",
      isF64: true,
      scale: 1,
      cols: row.length,
      placed: Float64Array.from(row),
      rows: Uint32Array.of(0),
      X: [row],
    });
    for (const x of [32767, -32767, 32768, -32768, 0, 1e300, 5e-324, -0]) checkEncoding(table([x]), 1, 0);
    // 23170^2 = 536848900, and 2^29 = 536870912 = 23170^2 + 148^2 + 10^2 + 2^2 + 2^2.
    const edge = [23170, 148, 10, 2, 2, 0];
    expect(codesOf(edge, 1, true)).toBe(null);
    expect(codesOf([...edge.slice(0, 4), 1, 1], 1, true)).not.toBe(null);
    checkEncoding(table(edge), 1, 0);
    checkEncoding(table([...edge.slice(0, 4), 1, 1]), 1, 0);
  });
});

describe("widenRows", () => {
  it("gives every container's values, their norms and how many are not 0", () => {
    const property = ([n, cols]: readonly [number, number], kind: TableKind, q: number, seed: number) =>
      checkWidening(makeTable(n, cols, kind, q, 0.5, seed), seed % 71);
    fc.assert(fc.property(sizes, kinds, divisors, fc.nat(), property), { numRuns: 60 });
  });
});

describe("packPanels and listEntries", () => {
  it("lay rows out by lines, and list what is not 0", () => {
    const property = (
      [n, cols]: readonly [number, number],
      kind: TableKind,
      q: number,
      isWide: boolean,
      seed: number,
    ) => {
      const table = makeTable(n, cols, kind, q, isWide ? 0.5 : 0, seed);
      const grid = isWide ? null : gridOf(table.X, table.isF64);
      checkPanels(table, grid, seed % 4);
      checkLists(table, grid, seed % 71);
    };
    fc.assert(fc.property(sizes, kinds, divisors, fc.boolean(), fc.nat(), property), { numRuns: 60 });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neighbors } from "../../src/kernels/generated/neighbors.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import {
  boxesBytes,
  codedDescriptor,
  euclideanScratchBytes,
  manhattanScratchBytes,
  PANEL_ROWS,
  panelBytes,
  plainScratchBytes,
  rowBytes,
  treeScratchBytes,
} from "../../src/kernels/neighbors.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { nearestRows } from "./reference/nearest-rows.js";

const memories = [new KernelMemory(false, neighbors), new KernelMemory(true, neighbors)];

const methods = ["nearestEuclidean", "nearestInTree", "nearestPlain", "nearestManhattan"] as const;
type Method = (typeof methods)[number];

type Table = Uint8Array | Float32Array | Float64Array;
const kindOf = (table: Table) => (table instanceof Uint8Array ? 0 : table instanceof Float32Array ? 1 : 2);

interface Problem {
  readonly training: Table;
  readonly queries: Table;
  readonly cols: number;
  readonly k: number;
  /** Shares of the training rows and of the queries at which the work is cut into calls. */
  readonly cuts: readonly [number, number];
  /** Any grid at all. */
  readonly offsets: readonly number[];
  readonly step: number;
}

const byteValues = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 255));
const rowsOf = (table: Table, cols: number) =>
  Array.from({ length: table.length / cols }, (_, i) =>
    Array.from(table.subarray(i * cols, (i + 1) * cols), (cell) =>
      table instanceof Uint8Array ? byteValues[cell]! : cell,
    ),
  );

/** Two ranges that make up 0 .. count; the second is not empty. */
const cutAt = (count: number, share: number) => {
  const middle = Math.min(count - 1, Math.floor(share * count));
  return [[0, middle] as const, [middle, count] as const].filter(([from, to]) => from < to);
};

const numbersTo = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

/** Puts the training rows on the grid, with a tree or without one; answers their descriptor. */
function encode(at: KernelMemory, cells: number, table: number, hasTree: boolean, problem: Problem): number {
  const { training, cols, cuts, offsets, step } = problem;
  const n = training.length / cols;
  const panelCount = Math.ceil(n / PANEL_ROWS);
  const leaves = hasTree ? 2 ** Math.floor(Math.log2(panelCount)) : 0;
  const grid = new Float64Array(rowBytes(cols) / 8);
  grid.set(offsets.slice(0, cols));
  const [order, middle] = [at.put(numbersTo(n)), at.put(grid)];
  const [panels, errors] = [at.room(panelCount * panelBytes(cols)), at.room(8 * panelCount)];
  const [boxes, state, row] = [at.room(boxesBytes(leaves, cols)), at.put(new Uint32Array(2)), at.room(rowBytes(cols))];
  const encodeAll = () => {
    for (const [first, last] of cutAt(panelCount, cuts[0])) {
      const where = [cells, kindOf(training), table, cols, order, n, middle, step];
      expect(at.call("encodePanels", [row, ...where, first, last, panels, errors])).toBe(DONE);
    }
  };
  encodeAll();
  if (hasTree) {
    const args = [panels, cols, n, leaves, order, boxes, state];
    while (at.call("orderRows", args) === MORE);
    const numbers = new Uint32Array(at.buffer, order, n);
    expect([...numbers].sort((a, b) => a - b)).toEqual([...numbersTo(n)]);
    encodeAll();
  }
  return at.put(
    codedDescriptor({
      cells,
      kind: kindOf(training),
      byteValues: table,
      cols,
      order,
      offsets: middle,
      step,
      error: Math.max(...new Float64Array(at.buffer, errors, panelCount)),
      panels,
      panelCount,
      boxes,
      leaves,
      treeFrom: new Uint32Array(at.buffer, state, 2)[1]!,
    }),
  );
}

/** What a kernel finds, sums and indices. */
function find(at: KernelMemory, method: Method, problem: Problem) {
  const { training, queries, cols, k, cuts } = problem;
  const [n, count] = [training.length / cols, queries.length / cols];
  at.reset();
  const table = at.put(byteValues);
  const [cells, asked, rows] = [at.put(training), at.put(queries), at.put(numbersTo(count))];
  const isCoded = method === "nearestEuclidean" || method === "nearestInTree";
  const coded = isCoded ? encode(at, cells, table, method === "nearestInTree", problem) : 0;
  const bytes = {
    nearestEuclidean: euclideanScratchBytes(count, cols),
    nearestInTree: treeScratchBytes(count, cols),
    nearestPlain: plainScratchBytes(cols),
    nearestManhattan: manhattanScratchBytes(cols),
  };
  const scratch = at.room(bytes[method]);
  const [sums, indices] = [at.room(8 * count * k), at.room(4 * count * k)];
  at.freezeInputs([scratch, sums, indices]);
  for (const [from, to] of cutAt(count, cuts[1])) {
    const units = method === "nearestInTree" ? 1 : isCoded ? Math.ceil(n / PANEL_ROWS) : n;
    for (const range of cutAt(units, cuts[0])) {
      const where = isCoded ? [coded] : [cells, kindOf(training), table, cols, n];
      const args = [scratch, k, asked, kindOf(queries), table, rows, from, to, ...where];
      expect(at.call(method, [...args, ...(method === "nearestInTree" ? [] : range), sums, indices])).toBe(DONE);
    }
  }
  at.checkGuards();
  return {
    sums: [...new Float64Array(at.buffer, sums, count * k)],
    indices: [...new Uint32Array(at.buffer, indices, count * k)],
  };
}

function check(method: Method, problem: Problem): void {
  const { training, queries, cols, k } = problem;
  const rows = rowsOf(training, cols);
  const metric = method === "nearestManhattan" ? "manhattan" : "euclidean";
  const expected = rowsOf(queries, cols).flatMap((query) => nearestRows(rows, query, metric, k));
  for (const at of memories) {
    const found = find(at, method, problem);
    expect(found.indices).toEqual(expected.map(({ index }) => index));
    expect(found.sums).toEqual(expected.map(({ sum }) => sum));
  }
}

const cellsOf = {
  bytes: fc.integer({ min: 0, max: 255 }),
  ties: fc.integer({ min: 0, max: 2 }),
  numbers: fc.double({ min: -2, max: 2, noNaN: true }),
  /** Far from 0, differing in the last bits. */
  far: fc.integer({ min: 0, max: 5 }).map((units) => 1e6 + units * 2 ** -30),
  /** Of all sizes, with squares that f64 holds and squares that vanish. */
  sizes: fc.tuple(fc.integer({ min: -170, max: 150 }), fc.constantFrom(1, -1, 0)).map(([e, sign]) => sign * 10 ** e),
};

const share = fc.double({ min: 0, max: 1, noNaN: true });

const problem = fc
  .record({
    cols: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(64, 65)),
    n: fc.integer({ min: 1, max: 70 }),
    count: fc.integer({ min: 1, max: 11 }),
    cells: fc.constantFrom(...(Object.keys(cellsOf) as (keyof typeof cellsOf)[])),
    single: fc.boolean(),
    share,
    cuts: fc.tuple(share, share),
  })
  .chain(({ cols, n, count, cells, single, share, cuts }) =>
    fc.record({
      training: fc.array(cellsOf[cells], { minLength: n * cols, maxLength: n * cols }),
      queries: fc.array(cellsOf[cells], { minLength: count * cols, maxLength: count * cols }),
      offsets: fc.array(fc.oneof(fc.constant(0), cellsOf[cells]), { minLength: cols, maxLength: cols }),
      step: fc.integer({ min: -12, max: 4 }).map((e) => 2 ** (cells === "sizes" ? 40 * e : e)),
      own: fc.constant({ cols, cells, single, cuts, k: 1 + Math.floor(share * (n - 1)) }),
    }),
  )
  .map(({ training, queries, offsets, step, own }): Problem => {
    const isFloat = own.single && own.cells !== "sizes" && own.cells !== "far";
    const make = (cells: number[]): Table =>
      own.cells === "bytes" ? Uint8Array.from(cells) : isFloat ? Float32Array.from(cells) : Float64Array.from(cells);
    return { ...own, training: make(training), queries: make(queries), offsets, step };
  });

describe.each(methods)("%s", (method) => {
  it("finds and sums rows as they are defined, to the bit, on any grid and however the work is cut.", () => {
    fc.assert(
      fc.property(problem, (drawn) => check(method, drawn)),
      { numRuns: 100 },
    );
  });

  it("finds them among many rows, some of them far away and one equal to a query.", () => {
    const cols = 7;
    const training = Float64Array.from({ length: 3000 * cols }, (_, i) => Math.sin(i * i));
    const queries = Float64Array.from({ length: 9 * cols }, (_, i) => Math.cos(i * i));
    training.set(queries.subarray(0, cols), 2000 * cols);
    for (const row of [0, 77, 78, 2999]) training.fill(1e9 + row, row * cols, (row + 1) * cols);
    queries.fill(1e9, 8 * cols);
    const offsets = new Array<number>(cols).fill(0);
    check(method, { training, queries, cols, k: 6, cuts: [0.4, 0.5], offsets, step: 2 ** -11 });
  });

  it("answers ties in the order of the rows, where codes leave nothing out and where they do.", () => {
    const cols = 5;
    const bits = Uint8Array.from({ length: 300 * cols }, (_, i) => (Math.imul(i, 2654435761) >>> 16) & 1);
    const problem = { cols, k: 40, cuts: [0.5, 0.5] as const, offsets: [0, 0, 0, 0, 0], step: 2 ** -9 };
    const numbers = Float64Array.from(bits);
    check(method, { ...problem, training: numbers, queries: numbers.slice(0, 10 * cols) });
    check(method, { ...problem, training: bits, queries: bits.slice(0, 10 * cols) });
  });
});

it("orderRows stops when it has done its share, and goes on until boxes hold their rows, the halves of a node apart.", () => {
  const [n, cols, leaves] = [2 ** 19, 2, 16];
  const at = new KernelMemory(false, neighbors, 512);
  const values = Float64Array.from({ length: n * cols }, (_, i) => Math.imul(i, 2654435761) >>> 20);
  const [cells, order, middle] = [at.put(values), at.put(numbersTo(n)), at.put(new Float64Array(2))];
  const panelCount = n / PANEL_ROWS;
  const [panels, errors] = [at.room(panelCount * panelBytes(cols)), at.room(8 * panelCount)];
  const row = at.room(rowBytes(cols));
  at.call("encodePanels", [row, cells, 2, 0, cols, order, n, middle, 1, 0, panelCount, panels, errors]);
  const [boxes, state] = [at.room(boxesBytes(leaves, cols)), at.put(new Uint32Array(2))];
  let calls = 1;
  while (at.call("orderRows", [panels, cols, n, leaves, order, boxes, state]) === MORE) calls++;
  expect(calls).toBeGreaterThan(1);

  const rows = new Uint32Array(at.buffer, order, n);
  expect(rows.toSorted().every((number, i) => number === i)).toBe(true);
  const sides = new Int16Array(at.buffer, boxes, boxesBytes(leaves, cols) / 2);
  const sideOf = (node: number, j: number) => [sides[16 * node + j]!, sides[16 * node + 8 + j]!] as const;
  const places = n / leaves;
  for (let leaf = 0; leaf < leaves; leaf++) {
    const own = rows.subarray(leaf * places, (leaf + 1) * places);
    for (let j = 0; j < cols; j++) {
      const codes = Float64Array.from(own, (number) => values[number * cols + j]!).sort();
      expect(sideOf(leaves + leaf, j)).toEqual([codes[0], codes.at(-1)]);
    }
  }
  for (let node = 1; node < leaves; node++) {
    const areApart = [0, 1].some((j) => sideOf(2 * node, j)[1] <= sideOf(2 * node + 1, j)[0]);
    expect(areApart).toBe(true);
  }
});

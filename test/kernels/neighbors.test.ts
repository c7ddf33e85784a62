import fc from "fast-check";
import { expect, it } from "vitest";
import { neighbors } from "../../src/kernels/generated/neighbors.js";
import { DONE } from "../../src/kernels/kernel.js";
import {
  euclideanScratchBytes,
  manhattanScratchBytes,
  PANEL_ROWS,
  panelBytes,
  rowBytes,
} from "../../src/kernels/neighbors.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { type Metric, nearestRows } from "./reference/nearest-rows.js";

const memories = [new KernelMemory(false, neighbors), new KernelMemory(true, neighbors)];

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

/** Two ranges that make up 0 .. count. */
const cutAt = (count: number, share: number, step: number) => {
  const middle = Math.min(count, step * Math.floor((share * count) / step));
  return [
    [0, middle],
    [middle, count],
  ] as const;
};

/** What the kernels find, sums and indices. */
function find(at: KernelMemory, metric: Metric, { training, queries, cols, k, cuts, offsets, step }: Problem) {
  const [n, count] = [training.length / cols, queries.length / cols];
  at.reset();
  const table = at.put(byteValues);
  const [cells, asked] = [at.put(training), at.put(queries)];
  const rows = at.put(Uint32Array.from({ length: count }, (_, i) => i));
  const order = at.put(Uint32Array.from({ length: n }, (_, i) => i));
  const grid = new Float64Array(rowBytes(cols) / 8);
  grid.set(offsets.slice(0, cols));
  const middle = at.put(grid);
  const panelCount = Math.ceil(n / PANEL_ROWS);
  const panels = at.room(panelCount * panelBytes(cols));
  const errors = at.room(8 * panelCount);
  const row = at.room(rowBytes(cols));
  const scratch = at.room(metric === "euclidean" ? euclideanScratchBytes(count, cols) : manhattanScratchBytes(cols));
  const [sums, indices] = [at.room(8 * count * k), at.room(4 * count * k)];
  at.freezeInputs([panels, errors, row, scratch, sums, indices]);
  const where = [cells, kindOf(training), table, cols];
  for (const [first, last] of cutAt(panelCount, cuts[0], 1)) {
    const args = [row, ...where, order, n, middle, step, first, last, panels, errors];
    if (metric === "euclidean") expect(at.call("encodePanels", args)).toBe(DONE);
  }
  const error = Math.max(...new Float64Array(at.buffer, errors, panelCount));
  for (const [from, to] of cutAt(count, cuts[1], 1)) {
    const mine = [scratch, k, asked, kindOf(queries), table, rows, from, to, ...where];
    for (const [first, last] of cutAt(metric === "euclidean" ? panelCount : n, cuts[0], 1)) {
      if (last === 0) continue;
      const args =
        metric === "euclidean"
          ? [...mine, order, middle, step, error, panels, first, last, sums, indices]
          : [...mine, first, last, sums, indices];
      expect(at.call(metric === "euclidean" ? "nearestEuclidean" : "nearestManhattan", args)).toBe(DONE);
    }
  }
  at.checkGuards();
  return {
    sums: [...new Float64Array(at.buffer, sums, count * k)],
    indices: [...new Uint32Array(at.buffer, indices, count * k)],
  };
}

function check(metric: Metric, problem: Problem): void {
  const { training, queries, cols, k } = problem;
  const rows = rowsOf(training, cols);
  const expected = rowsOf(queries, cols).flatMap((query) => nearestRows(rows, query, metric, k));
  for (const at of memories) {
    const found = find(at, metric, problem);
    expect(found.indices).toEqual(expected.map(({ index }) => index));
    expect(found.sums).toEqual(expected.map(({ sum }) => sum));
  }
}

const cellsOf = {
  bytes: fc.integer({ min: 0, max: 255 }),
  ties: fc.integer({ min: 0, max: 2 }),
  numbers: fc.double({ min: -2, max: 2, noNaN: true }),
  /** Far from 0, differing in the last bits. */
  offset: fc.integer({ min: 0, max: 5 }).map((units) => 1e6 + units * 2 ** -30),
  /** Of all sizes whose squares f64 holds, and some whose squares it does not. */
  sizes: fc.tuple(fc.integer({ min: -170, max: 150 }), fc.constantFrom(1, -1, 0)).map(([e, sign]) => sign * 10 ** e),
};

const problem = fc
  .record({
    cols: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(64, 65)),
    n: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: 11 }),
    cells: fc.constantFrom(...(Object.keys(cellsOf) as (keyof typeof cellsOf)[])),
    single: fc.boolean(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    cuts: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
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
    const isFloat = own.single && own.cells !== "sizes" && own.cells !== "offset";
    const make = (cells: number[]): Table =>
      own.cells === "bytes" ? Uint8Array.from(cells) : isFloat ? Float32Array.from(cells) : Float64Array.from(cells);
    return { ...own, training: make(training), queries: make(queries), offsets, step };
  });

it("Rows are found and summed as they are defined, to the bit, on any grid and however the work is cut.", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom<Metric>("euclidean", "manhattan"), (drawn, metric) => check(metric, drawn)),
    { numRuns: 300 },
  );
});

it("Of many rows nearly none is summed, and those that are found are the same.", () => {
  const cols = 7;
  const training = Float64Array.from({ length: 4000 * cols }, (_, i) => Math.sin(i * i));
  const queries = Float64Array.from({ length: 9 * cols }, (_, i) => Math.cos(i * i));
  // A row far away has no codes, and one that equals a query ends all further sums but its own.
  training.set(queries.subarray(0, cols), 3000 * cols);
  training.fill(1e9, 0, cols);
  const offsets = new Array<number>(cols).fill(0);
  check("euclidean", { training, queries, cols, k: 6, cuts: [0.4, 0.5], offsets, step: 2 ** -11 });
});

it("Integers on a grid of integers have no errors, and ties are answered in the order of the rows.", () => {
  const cols = 5;
  const training = Uint8Array.from({ length: 300 * cols }, (_, i) => (Math.imul(i, 2654435761) >>> 16) & 1);
  const queries = training.slice(0, 20 * cols);
  const problem = { cols, k: 40, cuts: [0.5, 0.5] as const, offsets: [0, 0, 0, 0, 0], step: 2 ** -9 };
  const toFloat = (bytes: Uint8Array) => Float64Array.from(bytes);
  check("euclidean", { ...problem, training: toFloat(training), queries: toFloat(queries) });
  check("euclidean", { ...problem, training, queries });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { addProducts, columnSums, scratchBytes, tilesOf } from "../../src/kernels/cross-products.js";
import { linalg } from "../../src/kernels/generated/linalg.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import { residualProducts } from "../../src/kernels/residual-products.js";
import * as reference from "./reference/dense.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(false, linalg), new KernelMemory(true, linalg)];
const BYTE_VALUES = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 255));

const problem = fc
  .record({
    n: fc.integer({ min: 1, max: 150 }),
    cols: fc.integer({ min: 1, max: 11 }),
    kind: fc.constantFrom(0, 1, 2),
    density: fc.constantFrom(0.1, 0.6, 1),
    weighted: fc.boolean(),
    extra: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ n, cols, kind, density, weighted, extra, seed }) => {
    let state = seed;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const cell = () => (next() > density ? 0 : kind === 0 ? Math.floor(next() * 256) : Math.fround(next() * 8 - 4));
    const values = Array.from({ length: (n + 2) * cols }, cell);
    const rows = Array.from({ length: n }, () => Math.floor(next() * (n + 2)));
    return {
      ...{ n, cols, kind, rows, values },
      weights: weighted ? rows.map(() => next() * 3) : null,
      extra: extra ? rows.map(() => next() * 4 - 2) : null,
      // Half of the columns keep their zeros.
      shift: Array.from({ length: cols + (extra ? 1 : 0) }, () => (next() < 0.5 ? 0 : next() * 2 - 1)),
      X: rows.map((row) => [
        ...values.slice(row * cols, (row + 1) * cols).map((value) => (kind === 0 ? BYTE_VALUES[value]! : value)),
      ]),
    };
  });
type Problem = typeof problem extends fc.Arbitrary<infer T> ? T : never;

/** Puts a table into the memory; answers the arguments that say where it is. */
function placed(at: KernelMemory, { kind, values, rows }: Problem) {
  const kinds = [Uint8Array, Float32Array, Float64Array] as const;
  const data = at.put(kinds[kind]!.from(values));
  return [data, kind, at.put(BYTE_VALUES), at.put(Uint32Array.from(rows))] as const;
}

test("Products of columns have the bits of their definition, whatever the table is made of.", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom(...memories), (one, at) => {
      at.reset();
      const { n, cols, weights, extra, shift } = one;
      const table = placed(at, one);
      const roots = weights?.map(Math.sqrt) ?? null;
      const [shifts, progress] = [at.put(Float64Array.from(shift)), at.room(8)];
      const rootsAt = roots ? at.put(Float64Array.from(roots)) : 0;
      const extraAt = extra ? at.put(Float64Array.from(extra)) : 0;
      const scratch = at.room(scratchBytes(shift.length));
      const sums = at.room(128 * tilesOf(shift.length));
      at.zero(progress, 8);
      at.freezeInputs([progress, scratch, sums]);
      const args = [progress, scratch, ...table, cols, shifts, rootsAt, extraAt, 0, n, sums];
      expect(at.call(addProducts.name, args)).toBe(DONE);
      at.checkGuards();
      const tiles = new Float64Array(at.buffer, sums, 16 * tilesOf(shift.length));
      const X = one.X.map((row, k) => (extra ? [...row, extra[k]!] : row));
      for (const [i, row] of reference.products(X, shift, roots).entries()) {
        const found = row.map((_, j) => {
          const [a, b] = [Math.floor(i / 4), Math.floor(j / 4)];
          return tiles[16 * ((a * (a + 1)) / 2 + b) + 4 * (i % 4) + (j % 4)]!;
        });
        expect(found.map(Math.abs)).toEqual(row.map(Math.abs)); // A sum of nothing but zeros has no sign.
        expect(found.every((value, j) => value === row[j])).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test("Sums of columns, and the weights of their zeros, have the bits of their definition.", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom(...memories), (one, at) => {
      at.reset();
      const { n, cols, weights, X } = one;
      const table = placed(at, one);
      const weightsAt = weights ? at.put(Float64Array.from(weights)) : 0;
      const out = at.room(16 * cols);
      at.freezeInputs([out]);
      expect(at.call(columnSums.name, [...table, cols, weightsAt, 0, n, out])).toBe(DONE);
      at.checkGuards();
      const weightOf = (k: number) => weights?.[k] ?? 1;
      const sum = (of: (value: number, k: number) => number, j: number) =>
        X.reduce((before, row, k) => before + of(row[j]!, k), 0);
      const expected = [
        ...Array.from({ length: cols }, (_, j) => sum((value, k) => weightOf(k) * value, j)),
        ...Array.from({ length: cols }, (_, j) => sum((value, k) => (value === 0 ? weightOf(k) : 0), j)),
      ];
      expect([...new Float64Array(at.buffer, out, 2 * cols)].map((value) => value + 0)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("Much work is done in slices, with the same bits.", () => {
  const at = new KernelMemory(false, linalg);
  const [n, cols] = [200, 700];
  const values = Float64Array.from({ length: n * cols }, (_, i) => ((i * 2654435761) % 1009) / 100 - 5);
  const [data, rows] = [at.put(values), at.put(Uint32Array.from({ length: n }, (_, row) => row))];
  const [shift, progress] = [at.put(new Float64Array(cols)), at.room(8)];
  const [scratch, sums] = [at.room(scratchBytes(cols)), at.room(128 * tilesOf(cols))];
  const slicesOf = (from: number, to: number) => {
    at.zero(progress, 8);
    const args = [progress, scratch, data, 2, 0, rows, cols, shift, 0, 0, from, to, sums];
    let slices = 1;
    while (at.call(addProducts.name, args) === MORE) slices++;
    return slices;
  };
  expect(slicesOf(0, n)).toBeGreaterThan(1);
  const last = 16 * tilesOf(cols) - 1;
  const [corner, first] = [last, 0].map((cell) => new Float64Array(at.buffer, sums, last + 1)[cell]!);
  const dot = (j: number) => {
    let sum = 0;
    for (let row = 0; row < n; row++) sum += values[row * cols + j]! ** 2;
    return sum;
  };
  expect([corner, first]).toEqual([dot(cols - 1), dot(0)]);
});

test("Products of what predictions leave over have the bits of their definition.", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom(...memories), (one, at) => {
      at.reset();
      const { n, cols, weights, X } = one;
      const table = placed(at, one);
      const number = (k: number) => ((k * 7919) % 23) / 8 - 1;
      const shift = Array.from({ length: cols + 1 }, (_, j) => number(j + n));
      const coef = Array.from({ length: cols + 1 }, (_, j) => number(3 * j + 1));
      const y = Array.from({ length: n }, (_, k) => number(k + 5));
      const [shiftAt, coefAt, yAt] = [shift, coef, y].map((values) => at.put(Float64Array.from(values)));
      const weightsAt = weights ? at.put(Float64Array.from(weights)) : 0;
      const [scratch, out] = [at.room(8 * cols), at.room(8 * (cols + 2))];
      at.freezeInputs([scratch, out]);
      const args = [scratch, ...table, cols, shiftAt!, weightsAt, yAt!, coefAt!, 0, n, out];
      expect(at.call(residualProducts.name, args)).toBe(DONE);
      at.checkGuards();
      expect([...new Float64Array(at.buffer, out, cols + 2)]).toEqual(
        reference.residualProducts(X, y, shift, weights, coef),
      );
    }),
    { numRuns: 60 },
  );
});

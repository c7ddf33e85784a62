import fc from "fast-check";
import { expect, test } from "vitest";
import { linalg } from "../../src/kernels/generated/linalg.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import { ENDS, findRotations, rotateBack, tridiagonalize, VECTORS } from "../../src/kernels/symmetric-eigen.js";
import { tridiagonal } from "./reference/dense.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(false, linalg), new KernelMemory(true, linalg)];

function madeTridiagonal(at: KernelMemory, lower: readonly (readonly number[])[]) {
  const n = lower.length;
  const width = n + (n % 2);
  const cells = new Float64Array(n * width).fill(Number.NaN);
  for (const [i, row] of lower.entries()) cells.set(row, i * width);
  const [table, progress, scratch] = [at.put(cells), at.room(4), at.room(16 * n)];
  const [diagonal, off, taus] = [at.room(8 * n), at.put(new Float64Array(n)), at.put(new Float64Array(n))];
  at.zero(progress, 4);
  let slices = 1;
  while (at.call(tridiagonalize.name, [progress, n, 8 * width, table, diagonal, off, taus, scratch]) === MORE) slices++;
  at.checkGuards();
  const read = (address: number) => [...new Float64Array(at.buffer, address, n)];
  return { slices, diagonal: read(diagonal), off: read(off), taus: read(taus), addresses: { diagonal, off } };
}

const table = fc.integer({ min: 1, max: 15 }).chain((n) =>
  fc.array(fc.array(fc.constantFrom(0, 0, 1, -1, 2.5, 1e-9, 0.3), { minLength: n, maxLength: n }), {
    minLength: n,
    maxLength: n,
  }),
);
const lowerOf = (rows: readonly (readonly number[])[]) => rows.map((row, i) => row.slice(0, i + 1));
/** Zeros have no sign here. */
const plain = (values: readonly number[]) => values.map((value) => value + 0);

test("A table becomes tridiagonal with the bits of the definition.", () => {
  fc.assert(
    fc.property(table, fc.constantFrom(...memories), (rows, at) => {
      at.reset();
      const { diagonal, off, taus } = madeTridiagonal(at, lowerOf(rows));
      const expected = tridiagonal(lowerOf(rows));
      expect(plain(diagonal)).toEqual(plain(expected.diagonal));
      expect(plain(off)).toEqual(plain(expected.off));
      expect(taus).toEqual(expected.taus);
    }),
    { numRuns: 200 },
  );
});

test("A large table is made tridiagonal in slices, with the same bits.", () => {
  const rows = Array.from({ length: 260 }, (_, i) =>
    Array.from({ length: 260 }, (_, j) => ((i * 7919 + j * 104729) % 1009) / 1009),
  );
  memories[0]!.reset();
  const { slices, diagonal, off } = madeTridiagonal(memories[0]!, lowerOf(rows));
  const expected = tridiagonal(lowerOf(rows));
  expect(slices).toBeGreaterThan(1);
  expect([diagonal, off]).toEqual([expected.diagonal, expected.off]);
});

test("Rotations that fill their lists go on in the next, and make the eigenvectors of the tridiagonal table.", () => {
  const at = memories[1]!;
  at.reset();
  const n = 9;
  const [diagonal, beside] = [
    Float64Array.from({ length: n }, (_, i) => i % 4),
    new Float64Array(n).fill(0.7, 0, n - 1),
  ];
  const [values, off, progress] = [at.put(diagonal), at.put(beside), at.room(20)];
  at.zero(progress, 20);
  const lists: (readonly [rotations: number, kept: number, steps: number, listed: number])[] = [];
  for (let end = 0; end !== ENDS.found; ) {
    const [rotations, steps] = [at.room(16 * n), at.room(8 * n)];
    expect(at.call(findRotations.name, [progress, n, values, off, 1e-15, rotations, steps, n])).toBe(DONE);
    const state = new Uint32Array(at.buffer, progress, 5);
    lists.push([rotations, state[2]!, steps, state[3]!]);
    end = state[4]!;
    expect([ENDS.found, ENDS.full]).toContain(end);
    state.fill(0, 2);
  }
  expect(lists.length).toBeGreaterThan(1);
  const found = [...new Float64Array(at.buffer, values, n)];
  for (const first of [0, n - VECTORS]) {
    const vectors = at.put(
      Float64Array.from({ length: n * VECTORS }, (_, k) => (Math.floor(k / VECTORS) === first + (k % VECTORS) ? 1 : 0)),
    );
    for (const list of lists.toReversed()) expect(at.call(rotateBack.name, [vectors, ...list])).toBe(DONE);
    at.checkGuards();
    const made = new Float64Array(at.buffer, vectors, n * VECTORS);
    for (let k = 0; k < VECTORS; k++) {
      const x = Array.from({ length: n }, (_, i) => made[i * VECTORS + k]!);
      for (let i = 0; i < n; i++) {
        const product = diagonal[i]! * x[i]! + 0.7 * ((x[i - 1] ?? 0) + (x[i + 1] ?? 0));
        expect(Math.abs(product - found[first + k]! * x[i]!)).toBeLessThan(1e-14);
      }
      expect(Math.abs(x.reduce((sum, value) => sum + value * value, 0) - 1)).toBeLessThan(1e-14);
    }
  }
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { choleskyFactor, FACTORED } from "../../src/kernels/cholesky.js";
import { linalg } from "../../src/kernels/generated/linalg.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import { cholesky, products } from "./reference/dense.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(false, linalg), new KernelMemory(true, linalg)];

/** Factors in the memory; null where it is refused. */
function factored(at: KernelMemory, A: readonly (readonly number[])[], least: number, skips: boolean) {
  at.reset();
  const n = A.length;
  const width = 4 * Math.ceil(n / 4);
  const cells = new Float64Array(width * width).fill(Number.NaN);
  for (const [i, row] of A.entries()) cells.set(row, i * width);
  const [progress, table] = [at.room(8), at.put(cells)];
  at.zero(progress, 8);
  let slices = 1;
  for (; ; slices++) {
    const answer = at.call(choleskyFactor.name, [progress, n, 8 * width, table, least, skips ? 1 : 0]);
    if (answer === DONE) break;
    expect(answer).toBe(MORE);
  }
  at.checkGuards();
  if (new Uint32Array(at.buffer, progress, 2)[1] !== FACTORED) return { slices, L: null };
  const L = A.map((row, i) => [...new Float64Array(at.buffer, table + 8 * i * width, row.length)]);
  return { slices, L };
}

const cells = fc.constantFrom(0, 1, -1, 2.5, 1e-9, 7);
const table = fc
  .record({ n: fc.integer({ min: 1, max: 14 }), rows: fc.integer({ min: 1, max: 20 }) })
  .chain(({ n, rows }) =>
    fc.array(fc.array(cells, { minLength: n, maxLength: n }), { minLength: rows, maxLength: rows }),
  );

test("A factor has the bits of its definition, and is refused, or does without a row, where the definition does.", () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(0, 1e-12, 1),
      fc.boolean(),
      fc.constantFrom(...memories),
      (X, alpha, skips, at) => {
        const A = products(
          X,
          X[0]!.map(() => 0),
          null,
        ).map((row, i) => row.map((value, j) => (i === j ? value + alpha : value)));
        expect(factored(at, A, 1e-8, skips).L).toEqual(cholesky(A, 1e-8, skips));
      },
    ),
    { numRuns: 100 },
  );
});

test("A large factor is made in slices, with the same bits.", () => {
  const A = Array.from({ length: 330 }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) => (i === j ? 400 : ((i * 7919 + j * 104729) % 1009) / 1009)),
  );
  const { slices, L } = factored(memories[0]!, A, 1e-8, false);
  expect(slices).toBeGreaterThan(1);
  expect(L).toEqual(cholesky(A, 1e-8, false));
});

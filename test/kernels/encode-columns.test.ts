import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT32, FLOAT64, rankColumnScratch } from "../../src/kernels/encode-columns.js";
import { DONE } from "../../src/kernels/kernel.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memory = new KernelMemory(false);
const shared = new KernelMemory(true);

describe("transposeBytes", () => {
  it("turns rows into columns, in any ranges of rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 150 }),
        fc.nat(150),
        (rows, cols, cut) => {
          memory.reset();
          const data = Uint8Array.from({ length: rows * cols }, (_, i) => (i * 2654435761) >>> 24);
          const from = memory.put(data);
          const codes = memory.room(rows * cols);
          memory.freezeInputs([codes]);
          const middle = Math.min(cut, rows);
          expect(memory.call("transposeBytes", [from, rows, cols, codes, middle, rows])).toBe(DONE);
          expect(memory.call("transposeBytes", [from, rows, cols, codes, 0, middle])).toBe(DONE);
          const got = new Uint8Array(memory.buffer, codes, rows * cols);
          expect(got.every((code, i) => code === data[(i % rows) * cols + Math.floor(i / rows)])).toBe(true);
          memory.checkGuards();
        },
      ),
    );
  });
});

describe("byteRanges", () => {
  it("finds the most frequent byte of each column asked for, the lowest of several, and the largest plus one", () => {
    memory.reset();
    const codes = memory.put(Uint8Array.of(7, 7, 0, 255, 5, 2, 5, 2, 2, 1, 9, 9));
    const ranges = memory.put(new Uint32Array(6).fill(99));
    const scratch = memory.room(1024);
    memory.call("byteRanges", [codes, 4, 1, 3, ranges, scratch]);
    expect([...new Uint32Array(memory.buffer, ranges, 6)]).toEqual([99, 99, 6, 2, 10, 9]);
    memory.call("byteRanges", [codes, 4, 0, 1, ranges, scratch]);
    expect([...new Uint32Array(memory.buffer, ranges, 6)]).toEqual([256, 7, 6, 2, 10, 9]);
    memory.checkGuards();
  });
});

describe("rankColumn", () => {
  const special = [0, -0, 1, -1, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1, 1e10, 255, 256];
  const number = fc.oneof(
    fc.constantFrom(...special),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
  );

  function check(wanted: readonly number[], cols: number, kind: typeof FLOAT32 | typeof FLOAT64, at: KernelMemory) {
    const data = kind === FLOAT32 ? Float32Array.from(wanted) : Float64Array.from(wanted);
    const rows = data.length / cols;
    at.reset();
    const from = at.put(data);
    const values = at.room(8 * rows);
    const codes = at.room(4 * rows);
    const info = at.room(8);
    const scratch = at.room(rankColumnScratch(rows));
    at.freezeInputs([values, codes, info, scratch]);
    for (let col = 0; col < cols; col++) {
      expect(at.call("rankColumn", [from, kind, rows, cols, col, values, codes, info, scratch])).toBe(DONE);
      const column = Array.from({ length: rows }, (_, r) => data[r * cols + col]! + 0);
      const distinct = [...new Set(column)].sort((a, b) => a - b);
      const code = new Map(distinct.map((v, i) => [v, i]));
      const [count, mode] = new Uint32Array(at.buffer, info, 2);
      expect(count).toBe(distinct.length);
      expect([...new Float64Array(at.buffer, values, distinct.length)]).toEqual(distinct);
      const got = distinct.length <= 256 ? new Uint8Array(at.buffer, codes, rows) : new Uint32Array(at.buffer, codes, rows);
      expect([...got]).toEqual(column.map((v) => code.get(v)));
      const often = new Map<number, number>();
      for (const c of got) often.set(c, (often.get(c) ?? 0) + 1);
      expect(often.get(mode!)).toBe(Math.max(...often.values()));
    }
    at.checkGuards();
  }

  it.each([
    ["f32", FLOAT32],
    ["f64", FLOAT64],
  ] as const)("gives %s values their ranks: equal codes for equal values, -0 as 0", (_, kind) => {
    const finite = (x: number) => (kind === FLOAT32 && !Number.isFinite(Math.fround(x)) ? 1 : x);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(number, { minLength: 3, maxLength: 60 }),
        (cols, numbers) => {
          const whole = numbers.slice(0, numbers.length - (numbers.length % cols)).map(finite);
          check(whole, cols, kind, memory);
          check(whole, cols, kind, shared);
        },
      ),
    );
  });

  it("ranks thousands of distinct values, and 256 and 257 of them", () => {
    const spread = (n: number, distinct: number) =>
      Array.from({ length: n }, (_, i) => (((i * 48271) % distinct) - distinct / 2) / 3);
    check(spread(9001, 9001), 1, FLOAT64, memory);
    check(spread(9001, 9001), 1, FLOAT32, memory);
    check(spread(1000, 256), 1, FLOAT64, memory);
    check(spread(1000, 257), 1, FLOAT64, memory);
  });
});

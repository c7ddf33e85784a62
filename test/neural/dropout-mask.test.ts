import { describe, expect, it } from "vitest";
import { neural } from "../../src/kernels/generated/neural.js";
import { jobWords, OP, operationWords, PROGRESS_BYTES } from "../../src/kernels/run-network.js";
import { dropoutHash, dropoutMask, dropoutThreshold } from "../../src/neural/dropout-mask.js";
import { KernelMemory } from "../kernels/reference/kernel-memory.js";

const N = 65_536;

/** Chi-square of counts that should all be the same, in standard deviations from its mean. */
function excessOf(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  const freedom = counts.length - 1;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

/** How often pairs of hashes fall into each cell of 16 x 16, by their high or by their low bits. */
function pairs(other: (counter: number) => number, key: number, shift: number): number[] {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < N; i++) counts[((dropoutHash(i, key) >>> shift) & 15) * 16 + ((other(i) >>> shift) & 15)]!++;
  return counts;
}

describe("dropoutMask", () => {
  it("drops its rate of the values, within 5 standard deviations, and scales up the others", () => {
    for (const rate of [0, 0.01, 0.3, 0.5, 0.99]) {
      for (const key of [0, 1, 0xffffffff]) {
        const mask = dropoutMask(key, 12_345, N, rate);
        const dropped = mask.filter((factor) => factor === 0).length;
        expect(Math.abs(dropped - N * rate)).toBeLessThanOrEqual(5 * Math.sqrt(N * rate * (1 - rate)));
        expect(mask.every((factor) => factor === 0 || factor === Math.fround(1 / (1 - rate)))).toBe(true);
      }
    }
  });

  it("has values that are independent of their neighbours, and of those of other rows", () => {
    for (const key of [0, 1, 77, 0xdeadbeef]) {
      const others = [1, 2, 64, 784].map((step) => (i: number) => dropoutHash(i + step, key));
      for (const other of others) {
        for (const shift of [0, 28]) expect(Math.abs(excessOf(pairs(other, key, shift)))).toBeLessThan(5);
      }
    }
  });
});

describe("Masks of different keys", () => {
  it("are independent, also where the keys differ in one bit", () => {
    for (const key of [0, 77, 0xdeadbeef]) {
      for (const other of [key ^ 1, key ^ 0x8000, key ^ 0x80000000, 0x12345678]) {
        const hash = (i: number) => dropoutHash(i, other);
        for (const shift of [0, 28]) expect(Math.abs(excessOf(pairs(hash, key, shift)))).toBeLessThan(5);
      }
    }
  });
});

describe("The kernel's mask", () => {
  it("has the same bits as dropoutMask, also where the numbers of the values pass 2^32", () => {
    const at = new KernelMemory(false, neural, 32);
    const [values, stride, batch] = [3, 4, 5];
    for (const next of [0, 1, 286_331_153, 286_331_152]) {
      at.reset();
      const before = next * batch;
      const key = 0x9abcdef1;
      const X = at.put(new Float32Array(batch * values).fill(1));
      const scratch = at.room(4 * 3 * batch * stride);
      const [x, y, dy] = [scratch, scratch + 4 * batch * stride, scratch + 8 * batch * stride];
      const words = operationWords([
        {
          kind: "dropout",
          x,
          y,
          xStride: stride,
          yStride: stride,
          threshold: dropoutThreshold(0.4),
          kept: 1 / 0.6,
          values,
        },
      ]);
      words[OP.key] = key;
      const rows = at.put(Uint32Array.from({ length: batch }, (_, i) => i));
      // Addresses wrap around, so that the order needs no entries for the rows before.
      const order = (rows - 4 * before) >>> 0;
      const progress = at.room(PROGRESS_BYTES);
      at.zero(progress, PROGRESS_BYTES);
      const targets = at.put(new Float32Array(batch));
      const settings = at.put(new Float32Array(8));
      const fields = { cells: X, cellKind: 1, byteValues: 0, cols: values, rows, input: x, inputStride: stride, batch };
      const ends = { output: y, outputGradient: dy, outputStride: stride, outputs: values };
      const job = at.put(
        jobWords(
          {
            operations: at.put(words),
            operationCount: 1,
            ...fields,
            ...ends,
            scratch,
            scratchBytes: 12 * batch * stride,
          },
          {
            ...{ order, count: before + batch, targets, weights: 0, loss: "meanSquaredError", skipsLast: false },
            ...{ optimizer: "sgd", settings, parameters: scratch, gradients: scratch, first: 0, second: 0, size: 0 },
          },
        ),
      );
      new Uint32Array(at.buffer, progress, 4).set([next, next + 1, 0, next]);
      at.freezeInputs([scratch, progress]);
      expect(at.call("trainNetwork", [job, progress])).toBe(0);
      at.checkGuards();
      const masked = new Float32Array(at.buffer, y, batch * stride).filter((_, i) => i % stride < values);
      expect([next, masked]).toEqual([next, dropoutMask(key, before * values, batch * values, 0.4)]);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { svm } from "../../src/kernels/generated/svm.js";
import { DONE } from "../../src/kernels/kernel.js";
import { functionDescriptor, gramScratchBytes, strideOf } from "../../src/kernels/svm-gram.js";
import { stream } from "../svm/small-problems.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { dot, gridOf, type KernelParams, kernelValue } from "./reference/svm-kernel-values.js";
import { makeTable, placeVectors, type TableKind } from "./reference/svm-tables.js";

const memories = [new KernelMemory(false, svm), new KernelMemory(true, svm)];

type Rows = readonly (readonly number[])[];

/** Values of all pairs of an order of rows, as the reference computes them. */
const pairsOf = (X: Rows, order: Uint32Array, value: (a: readonly number[], b: readonly number[]) => number) =>
  Array.from(order, (i) => Array.from(order, (j) => value(X[i]!, X[j]!)));

/** Bits: -0 is not 0 here; what stands beside the n columns of a row is nobody's. */
function expectSquare(actual: ArrayLike<number>, stride: number, expected: Rows): void {
  expected.forEach((row, i) => {
    const own = Array.from(row, (_, j) => actual[i * stride + j]!);
    const differing = row.findIndex((value, j) => !Object.is(value, own[j]));
    if (differing >= 0) expect([i, differing, own[differing]]).toEqual([i, differing, row[differing]]);
  });
}

function check(X: Rows, order: Uint32Array, q: number | null, isListed: boolean, fn: KernelParams, cut: number): void {
  const n = order.length;
  const lines = q === null ? X[0]!.length : Math.ceil(X[0]!.length / 2);
  const [width, dotBytes] = q === null ? ([12, 8] as const) : ([24, 4] as const);
  const panels = Math.ceil(n / width);
  const middle = Math.min(panels, cut);
  const ranges = [
    [middle, panels],
    [0, middle],
  ] as const;
  const values = pairsOf(X, order, (a, b) => Math.fround(kernelValue(a, b, q, fn)));
  const all = Uint32Array.from(X, (_, i) => i);
  for (const at of memories) {
    at.reset();
    const vectors = placeVectors(at, X, q, isListed);
    const orderAt = at.put(order);
    const allAt = at.put(all);
    const descriptor = at.put(functionDescriptor({ ...fn, type: fn.kernel }, q ?? 1));
    const scratch = at.room(gramScratchBytes(lines));
    const stride = strideOf(n, 4);
    const dotsStride = strideOf(X.length, dotBytes);
    const out = at.room(n * stride);
    const dots = at.room(X.length * dotsStride);
    const diagonal = at.room(4 * n);
    at.freezeInputs([scratch, out, dots, diagonal]);

    for (const [from, to] of ranges) {
      expect(at.call("gramPanels", [scratch, vectors, orderAt, n, from, to, descriptor, out, stride])).toBe(DONE);
    }
    expectSquare(new Float32Array(at.buffer, out, (n * stride) / 4), stride / 4, values);

    expect(at.call("kernelDiagonal", [scratch, vectors, orderAt, n, descriptor, diagonal])).toBe(DONE);
    const own = new Float32Array(at.buffer, diagonal, n);
    expectSquare(own, n, [values.map((row, i) => row[i]!)]);

    const dotPanels = Math.ceil(X.length / width);
    expect(at.call("gramPanels", [scratch, vectors, allAt, X.length, 0, dotPanels, 0, dots, dotsStride])).toBe(DONE);
    const length = (X.length * dotsStride) / dotBytes;
    expectSquare(
      q === null ? new Float64Array(at.buffer, dots, length) : new Int32Array(at.buffer, dots, length),
      dotsStride / dotBytes,
      pairsOf(X, all, (a, b) => dot(a, b, q)),
    );

    new Uint8Array(at.buffer, out, n * stride).fill(0x5a);
    for (const [from, to] of ranges) {
      const args = [scratch, vectors, orderAt, n, from, to, descriptor, out, stride, dots, dotsStride];
      expect(at.call("kernelFromDots", args)).toBe(DONE);
    }
    expectSquare(new Float32Array(at.buffer, out, (n * stride) / 4), stride / 4, values);
    at.checkGuards();
  }
}

const functions = fc.record({
  kernel: fc.constantFrom<KernelParams["kernel"]>("linear", "poly", "rbf", "sigmoid"),
  gamma: fc.constantFrom(0.01, 0.5, 30),
  degree: fc.integer({ min: 0, max: 5 }),
  coef0: fc.constantFrom(0, 1, -0.5),
});

const drawn = (rows: number, n: number, seed: number) => {
  const next = stream(seed);
  return Uint32Array.from({ length: n }, () => Math.floor(rows * next()));
};

describe("gramPanels, kernelFromDots and kernelDiagonal", () => {
  it("give the reference's bits for rows on a grid and off it, listed or as they stand, in any cut of the panels", () => {
    const property = (
      [rows, n, cols]: readonly [number, number, number],
      kind: TableKind,
      fn: KernelParams,
      [isListed, isOdd]: readonly [boolean, boolean],
      seed: number,
    ) => {
      const divisor = [1, 100, 255, 256][seed % 4]!;
      const { X, isF64 } = makeTable(rows, cols, kind, divisor, isOdd ? 0.5 : 0, seed);
      check(X, drawn(rows, n, seed), isOdd ? null : gridOf(X, isF64), isListed, fn, seed % 5);
    };
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 21 }),
    );
    const kinds = fc.constantFrom<TableKind>("bytes", "scaled bytes", "f32", "f64");
    const flags = fc.tuple(fc.boolean(), fc.boolean());
    fc.assert(fc.property(sizes, kinds, functions, flags, fc.nat(), property), { numRuns: 120 });
  });

  it("give them at the largest codes, whose distances come near 2^31", () => {
    const rows = [
      [23170, 148, 10, 1],
      [-23170, -148, -10, -1],
      [0, 0, 0, 0],
      [16383, -16383, 0, 0],
      [-16383, 16383, 1, 1],
    ];
    for (const q of [1, 100, 255, 256]) {
      const X = rows.map((row) => row.map((k) => k / q));
      expect(gridOf(X, true)).not.toBe(null);
      for (const kernel of ["linear", "poly", "rbf", "sigmoid"] as const) {
        const fn = { kernel, gamma: 1e-9, degree: 3, coef0: 0.25 };
        check(X, Uint32Array.of(0, 1, 2, 3, 4, 1), q, q === 100, fn, 0);
      }
    }
  });

  it("give them for rows of zeros, for equal rows, and for numbers of very different size", () => {
    const X = [
      [0, 0, 0],
      [0, 0, 0],
      [1e-200, 1e100, -1],
      [1e-200, 1e100, -1],
      [1 / 3, -1e-9, 1e5],
      [1e154, 1e154, 1e154],
    ];
    for (const kernel of ["linear", "poly", "rbf", "sigmoid"] as const) {
      for (const isListed of [false, true]) {
        check(X, drawn(X.length, 33, 5), null, isListed, { kernel, gamma: 1e-8, degree: 2, coef0: 1 }, 1);
      }
    }
  });
});

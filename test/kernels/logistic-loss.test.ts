import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linear } from "../../src/kernels/generated/linear.js";
import { DONE } from "../../src/kernels/kernel.js";
import {
  blockLength,
  blockRowsOf,
  linearScores as linearScoresKernel,
  logisticLossArgs,
  scratchBytes,
  strideOf,
} from "../../src/kernels/logistic-loss.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { exp, type LogisticProblem, linearScores, log1p, logisticLoss, probabilities } from "./reference/linear.js";

const memories = [new KernelMemory(false, linear), new KernelMemory(true, linear)];

/** A small generator of numbers, so that cases of a thousand rows shrink to their seed. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Case extends LogisticProblem {
  readonly n: number;
  readonly cols: number;
  readonly kind: 0 | 1 | 2;
  /** All rows that are placed, as bytes or numbers, and which of them are meant. */
  readonly placed: Uint8Array | Float32Array | Float64Array;
  readonly rows: Uint32Array;
}

const SCALE = 1 / 255;

function makeCase(n: number, cols: number, outputs: number, kind: 0 | 1 | 2, seed: number): Case {
  const next = stream(seed);
  const cell = () => (next() < 0.5 ? 0 : kind === 0 ? Math.floor(next() * 256) : (next() - 0.5) * 10 ** (next() * 4));
  const values = Array.from({ length: (n + 3) * cols }, cell);
  const placed =
    kind === 0 ? Uint8Array.from(values) : kind === 1 ? Float32Array.from(values) : Float64Array.from(values);
  const rows = Uint32Array.from({ length: n }, () => Math.floor(next() * (n + 3)));
  const decode = (cell: number) => (kind === 0 ? Math.fround(cell * SCALE) : cell);
  return {
    n,
    cols,
    outputs,
    kind,
    placed,
    rows,
    X: Array.from(rows, (row) => Array.from(placed.subarray(row * cols, (row + 1) * cols), decode)),
    weights: Array.from({ length: cols + 1 }, () => Array.from({ length: outputs }, () => (next() - 0.5) * 8)),
    targets: Array.from(rows, () => Math.floor(next() * Math.max(2, outputs))),
    sampleWeights: Array.from(rows, () => (next() < 0.2 ? 0 : next() * 3)),
    blockRows: blockRowsOf(n, cols, outputs),
  };
}

function place(at: KernelMemory, { placed, rows, targets, sampleWeights, weights, outputs, kind, n, cols }: Case) {
  at.reset();
  const padded = weights.flatMap((row) => [...row, ...new Array<number>(strideOf(outputs) - outputs).fill(0)]);
  const table = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte * SCALE));
  return {
    data: at.put(placed),
    kind,
    table: kind === 0 ? at.put(table) : 0,
    cols,
    rows: at.put(rows),
    n,
    targets: at.put(Uint32Array.from(targets)),
    sampleWeights: at.put(Float64Array.from(sampleWeights)),
    outputs,
    weights: at.put(Float64Array.from(padded)),
  };
}

/** Bits: -0 is not 0 here. */
function expectBits(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const differing = expected.findIndex((value, i) => !Object.is(value, actual[i]));
  if (differing >= 0) expect([differing, actual[differing]]).toEqual([differing, expected[differing]]);
}

function checkLoss(one: Case): void {
  const stride = strideOf(one.outputs);
  const length = blockLength(one.cols, one.outputs);
  const blocks = Math.ceil(one.n / one.blockRows);
  const expected = logisticLoss(one).flatMap(({ gradient, loss }) => [
    ...gradient.flatMap((row) => [...row, ...new Array<number>(stride - row.length).fill(0)]),
    loss,
    0,
  ]);
  for (const at of memories) {
    const problem = place(at, one);
    const out = at.room(8 * length * blocks);
    const scratch = at.room(scratchBytes(one.cols, one.outputs));
    at.freezeInputs([out, scratch]);
    const middle = blocks >> 1;
    for (const [first, end] of [
      [middle, blocks],
      [0, middle],
    ] as const) {
      // biome-ignore format: one line
      expect(at.call("logisticLoss", logisticLossArgs(problem, scratch, out, first, end))).toBe(DONE);
    }
    expectBits(new Float64Array(at.buffer, out, length * blocks), expected);
    at.checkGuards();
  }
}

const kinds = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const cases = fc
  .tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 21 }),
    fc.integer({ min: 1, max: 14 }),
    kinds,
    fc.nat(),
  )
  .map(([n, cols, outputs, kind, seed]) => makeCase(n, cols, outputs, kind, seed));

describe("logisticLoss", () => {
  it("gives the reference's bits for every container, number of features and of outputs", () => {
    fc.assert(fc.property(cases, checkLoss), { numRuns: 150 });
  });

  it("gives the reference's bits over several blocks", () => {
    for (const outputs of [1, 3, 10]) checkLoss(makeCase(1100, 5, outputs, 2, outputs));
  });
});

describe("linearScores and probabilities", () => {
  it("give the reference's bits, in any ranges of rows", () => {
    const check = (one: Case, cut: number) => {
      const scores = linearScores(one);
      const width = Math.max(2, one.outputs);
      for (const at of memories) {
        const p = place(at, one);
        const out = at.room(8 * one.n * one.outputs);
        const shares = at.room(8 * one.n * width);
        const scratch = at.room(scratchBytes(one.cols, one.outputs));
        at.freezeInputs([out, shares, scratch]);
        const middle = Math.min(cut, one.n);
        for (const [from, to] of [
          [middle, one.n],
          [0, middle],
        ] as const) {
          // biome-ignore format: one line
          const args = [scratch, out, p.data, p.kind, p.table, p.cols, p.rows, from, to, p.outputs, p.weights];
          expect(at.call(linearScoresKernel.name, args)).toBe(DONE);
        }
        expect(at.call("probabilities", [out, one.n, one.outputs, shares])).toBe(DONE);
        expectBits(new Float64Array(at.buffer, out, one.n * one.outputs), scores.flat());
        expectBits(new Float64Array(at.buffer, shares, one.n * width), probabilities(scores).flat());
        at.checkGuards();
      }
    };
    fc.assert(fc.property(cases, fc.nat(20), check));
  });
});

describe("The reference's exp and log1p", () => {
  const close = (own: (x: number) => number, engine: (x: number) => number, min: number, max: number) =>
    fc.assert(
      fc.property(fc.double({ min, max, noNaN: true }), (x) => {
        const allowed = Math.max(2 ** -1073, 8 * 2 ** -53 * Math.abs(engine(x)));
        expect(Math.abs(own(x) - engine(x))).toBeLessThanOrEqual(allowed);
      }),
    );

  it("agree with those of the engine to a few units in the last place", () => {
    close(exp, Math.exp, -750, 0);
    close(log1p, Math.log1p, 0, 1e4);
    close(log1p, Math.log1p, 0, 1e-3);
  });
});

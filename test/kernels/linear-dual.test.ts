import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linear } from "../../src/kernels/generated/linear.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import {
  biasAt,
  dualDescentArgs,
  dualScratchBytes,
  keepScratchBytes,
  pairBytes,
  VARIABLE_BYTES,
  VARIABLES_AT,
} from "../../src/kernels/linear-dual.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { type DualProblem, type DualSolution, dualDescent, dualityGap } from "./reference/linear-dual.js";

const memories = [new KernelMemory(false, linear), new KernelMemory(true, linear)];
const SCALE = 1 / 255;

/** A small generator of numbers, so that cases shrink to their seed. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Case extends DualProblem {
  readonly cols: number;
  readonly kind: 0 | 1 | 2;
  readonly placed: Uint8Array | Float32Array | Float64Array;
  readonly placedRows: number;
  readonly rows: Uint32Array;
  readonly codes: Uint32Array;
  readonly rowWeights: Float64Array;
  readonly costs: readonly [rest: number, positive: number];
}

/** Of three classes, the one with code 1 against the rest; more rows are placed than are meant, and some are zero. */
function makeCase(n: number, cols: number, kind: 0 | 1 | 2, seed: number, patch: Partial<DualProblem> = {}): Case {
  const next = stream(seed);
  const placedRows = n + 3;
  const density = next();
  const cell = () => (next() > density ? 0 : kind === 0 ? Math.floor(next() * 256) : (next() - 0.5) * 4);
  const values = Array.from({ length: placedRows * cols }, cell);
  const placed =
    kind === 0 ? Uint8Array.from(values) : kind === 1 ? Float32Array.from(values) : Float64Array.from(values);
  const rows = Uint32Array.from({ length: n }, () => Math.floor(next() * placedRows));
  const codes = Uint32Array.from({ length: n }, () => Math.floor(next() * 3));
  const rowWeights = Float64Array.from({ length: n }, () => (next() < 0.2 ? 0 : next() * 3));
  const costs = [10 ** (next() * 4 - 2), 10 ** (next() * 4 - 2)] as const;
  const decode = (cell: number) => (kind === 0 ? Math.fround(cell * SCALE) : cell);
  return {
    cols,
    kind,
    placed,
    placedRows,
    rows,
    codes,
    rowWeights,
    costs,
    X: Array.from(rows, (row) => Array.from(placed.subarray(row * cols, (row + 1) * cols), decode)),
    y: Array.from(codes, (code) => (code === 1 ? 1 : -1)),
    C: Array.from(codes, (code, i) => rowWeights[i]! * costs[code === 1 ? 1 : 0]),
    squared: next() < 0.5,
    bias: next() < 0.3 ? 0 : next() * 3,
    tol: 1e-3,
    maxIter: 60,
    seed: (BigInt(Math.floor(next() * 2 ** 32)) << 32n) | BigInt(Math.floor(next() * 2 ** 32)),
    ...patch,
  };
}

/** Lists the pairs, in two ranges of rows, then solves; answers how often the kernel asked for more as well. */
function solve(at: KernelMemory, one: Case): DualSolution & { readonly slices: number } {
  at.reset();
  const { cols, kind, placedRows } = one;
  const n = one.rows.length;
  const table = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte * SCALE));
  const source = [at.put(one.placed), kind, kind === 0 ? at.put(table) : 0, cols] as const;
  const starts = at.put(new Uint32Array(placedRows + 1));
  const norms = at.room(8 * placedRows);
  const counts = new Uint32Array(at.buffer, starts, placedRows + 1);
  const middle = placedRows >> 1;
  const ranges = [
    [middle, placedRows],
    [0, middle],
  ] as const;
  const lister = at.room(keepScratchBytes(cols));
  at.freezeInputs([starts, norms, lister]);
  const list = (pairs: number) => {
    for (const [from, to] of ranges) {
      expect(at.call("keepPairs", [lister, ...source, from, to, starts, pairs, norms])).toBe(DONE);
    }
    at.checkGuards();
  };
  list(0);
  for (let row = 0; row < placedRows; row++) counts[row + 1]! += counts[row]!;
  const pairs = at.room(pairBytes(kind) * counts[placedRows]!);
  at.freezeInputs([norms, lister, pairs]);
  list(pairs);

  const scratch = at.room(dualScratchBytes(n));
  const weights = at.room(8 * (biasAt(cols) + 1));
  new Uint32Array(at.buffer, scratch, 1)[0] = 0;
  const args = dualDescentArgs(
    {
      kind,
      cols,
      n,
      rows: at.put(one.rows),
      pairs,
      starts,
      norms,
      codes: at.put(one.codes),
      positive: 1,
      rowWeights: at.put(one.rowWeights),
      cost: one.costs[0],
      positiveCost: one.costs[1],
      loss: one.squared ? "squaredHinge" : "hinge",
      bias: one.bias,
      tol: one.tol,
      maxIter: one.maxIter,
      seed: [Number(one.seed & 0xffffffffn), Number(one.seed >> 32n)],
    },
    scratch,
    weights,
  );
  at.freezeInputs([scratch, weights]);
  let slices = 1;
  while (at.call("dualDescent", args) === MORE) slices++;
  at.checkGuards();
  const [, rounds, converged, count] = new Uint32Array(at.buffer, scratch, 4);
  const meant = one.C.flatMap((c, i) => (c > 0 ? [i] : []));
  expect(count).toBe(meant.length);
  const alpha = one.y.map(() => 0);
  const view = new DataView(at.buffer, scratch + VARIABLES_AT);
  for (const [k, i] of meant.entries()) alpha[i] = view.getFloat64(VARIABLE_BYTES * k, true);
  const written = Array.from(new Float64Array(at.buffer, weights, biasAt(cols) + 1));
  const found = [...written.slice(0, cols), written[biasAt(cols)]!];
  return { weights: found, alpha, rounds: rounds!, converged: converged === 1, slices };
}

function check(one: Case): void {
  const expected = dualDescent(one);
  for (const at of memories) {
    const { slices: _, ...found } = solve(at, one);
    // Bits: toEqual tells -0 from 0.
    expect(found).toEqual(expected);
  }
}

const kinds = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const cases = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 21 }), kinds, fc.nat())
  .map(([n, cols, kind, seed]) => makeCase(n, cols, kind, seed));

describe("dualDescent", () => {
  it("gives the reference's bits for every container, both losses, with rows of weight 0 and rows of zeros", () => {
    fc.assert(fc.property(cases, check), { numRuns: 200 });
  });

  it("gives the reference's bits where bounds overflow or vanish", () => {
    for (const costs of [
      [1e-320, 1e-320],
      [1e308, 1e308],
      [0, 1],
      [0, 0],
    ] as const) {
      for (const squared of [false, true]) {
        const one = makeCase(12, 3, 2, 5, { squared });
        const C = Array.from(one.codes, (code, i) => one.rowWeights[i]! * costs[code === 1 ? 1 : 0]);
        check({ ...one, costs, C });
        expect(solve(memories[0]!, { ...one, costs, C }).weights.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("gives the same bits over many slices", () => {
    for (const squared of [false, true]) {
      const one = makeCase(700, 90, 1, 2 ** 31, { squared, tol: 1e-12, maxIter: 50 });
      expect(solve(memories[0]!, one).slices).toBeGreaterThan(1);
      check(one);
    }
  });

  it("closes the duality gap within the box, whatever the data, and its weights are those that alpha stands for", () => {
    const property = (one: Case) => {
      const problem = { ...one, tol: 1e-9, maxIter: 20_000 };
      const found = solve(memories[0]!, problem);
      fc.pre(found.converged); // Coordinates descend slowly along rows that almost depend on each other.
      found.alpha.forEach((a, i) => {
        expect(a >= 0 && (one.squared || a <= one.C[i]!)).toBe(true);
      });
      const scale = 1 + found.alpha.reduce((sum, a) => sum + a, 0);
      expect(Math.abs(dualityGap(problem, found))).toBeLessThan(1e-6 * scale);
      [...one.X[0]!, 0].forEach((_, j) => {
        const bias = j === one.cols;
        const sum = one.X.reduce((s, x, i) => s + found.alpha[i]! * one.y[i]! * (bias ? one.bias : x[j]!), 0);
        expect(Math.abs(sum - found.weights[j]!)).toBeLessThan(1e-9 * scale);
      });
    };
    fc.assert(fc.property(cases, property), { numRuns: 100 });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { svm } from "../../src/kernels/generated/svm.js";
import { DONE } from "../../src/kernels/kernel.js";
import { decideScratchBytes, machineDescriptor } from "../../src/kernels/svm-decide.js";
import { functionDescriptor, gramScratchBytes, strideOf } from "../../src/kernels/svm-gram.js";
import { F64, I16 } from "../../src/kernels/svm-vectors.js";
import { stream } from "../svm/small-problems.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { decisions, type Machine } from "./reference/svm-decisions.js";
import { dot, gridOf, type KernelParams } from "./reference/svm-kernel-values.js";
import { makeTable, placeVectors } from "./reference/svm-tables.js";

const memories = [new KernelMemory(false, svm), new KernelMemory(true, svm)];

type Rows = readonly (readonly number[])[];

/** A machine of so many classes (0: regression), some of which may have no support vectors; its vectors are rows of X. */
function makeMachine(X: Rows, classes: number, support: readonly number[], seed: number): Machine {
  const next = stream(seed);
  const vectors = support.map((row) => X[row]!);
  const nSupport = new Array<number>(classes).fill(0);
  if (classes > 0) for (let s = 0; s < support.length; s++) nSupport[Math.floor(next() * classes)]!++;
  const value = () => (next() < 0.3 ? 0 : 20 * next() - 10);
  return {
    vectors,
    nSupport,
    coef: vectors.map(() => Array.from({ length: Math.max(1, classes - 1) }, value)),
    rho: Array.from({ length: classes === 0 ? 1 : (classes * (classes - 1)) / 2 }, value),
  };
}

function placeMachine(
  at: KernelMemory,
  machine: Machine,
  vectors: number,
  q: number | null,
  fn: KernelParams,
  rows = 0,
) {
  const { nSupport, coef, rho } = machine;
  let end = 0;
  const ends = Uint32Array.from(nSupport, (count) => (end += count));
  const fnAt = at.put(functionDescriptor({ ...fn, type: fn.kernel }, q ?? 1));
  const [endsAt, coefAt, rhoAt] = [
    at.put(ends),
    at.put(Float64Array.from(coef.flat())),
    at.put(Float64Array.from(rho)),
  ];
  return at.put(
    machineDescriptor({
      vectors,
      count: coef.length,
      fn: fnAt,
      classes: nSupport.length,
      ends: endsAt,
      coef: coefAt,
      rho: rhoAt,
      pairs: rho.length,
      rows,
    }),
  );
}

/** Bits: -0 is not 0 here. */
function expectBits(actual: Float64Array, expected: readonly number[]): void {
  const differing = expected.findIndex((value, i) => !Object.is(value, actual[i]));
  if (differing >= 0) expect([differing, actual[differing]]).toEqual([differing, expected[differing]]);
}

const functions = fc.record({
  kernel: fc.constantFrom<KernelParams["kernel"]>("linear", "poly", "rbf", "sigmoid"),
  gamma: fc.constantFrom(0.001, 0.5),
  degree: fc.integer({ min: 0, max: 4 }),
  coef0: fc.constantFrom(0, -0.5),
});

interface Case {
  /** Of the table, of which n are asked. */
  readonly rows: number;
  readonly n: number;
  readonly cols: number;
  readonly vectors: number;
  readonly classes: number;
  readonly isListed: boolean;
  /** Off every grid. */
  readonly isOdd: boolean;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  n: fc.integer({ min: 0, max: 70 }),
  cols: fc.integer({ min: 1, max: 35 }),
  vectors: fc.integer({ min: 0, max: 45 }),
  classes: fc.constantFrom(0, 2, 3, 5),
  isListed: fc.boolean(),
  isOdd: fc.boolean(),
  seed: fc.nat(),
});

/** Rows, and which of them are support vectors, and which are asked. */
function drawn({ rows, n, vectors, seed }: Case) {
  const next = stream(seed + 1);
  const of = (count: number) => Array.from({ length: count }, () => Math.floor(next() * rows));
  return { support: of(vectors), asked: Uint32Array.from(of(n)) };
}

describe("decide", () => {
  it("gives the reference's bits, from vectors and from dot products, in any cut of the panels", () => {
    const property = (one: Case, fn: KernelParams) => {
      const { rows, cols, classes, isListed, isOdd, seed } = one;
      const { X, isF64 } = makeTable(rows, cols, seed % 2 === 0 ? "f64" : "f32", 100, isOdd ? 0.5 : 0, seed);
      const q = isOdd ? null : gridOf(X, isF64);
      const { support, asked } = drawn(one);
      const machine = makeMachine(X, classes, support, seed);
      const pairs = machine.rho.length;
      const expected = Array.from(asked, (row) => decisions(machine, X[row]!, q, fn)).flat();
      const kind = q === null ? F64 : I16;
      const [width, bytes] = q === null ? ([12, 8] as const) : ([24, 4] as const);
      const lines = q === null ? cols : Math.ceil(cols / 2);
      const panels = Math.ceil(asked.length / width);
      const middle = Math.min(panels, seed % 3);
      for (const at of memories) {
        at.reset();
        const table = placeVectors(at, X, q, isListed);
        const own = support.length === 0 ? table : placeVectors(at, machine.vectors, q, !isListed);
        const supportRows = at.put(Uint32Array.from(support));
        const alone = placeMachine(at, machine, own, q, fn);
        const withDots = placeMachine(at, machine, table, q, fn, supportRows);
        const [order, all] = [at.put(asked), at.put(Uint32Array.from(X, (_, i) => i))];
        const scratch = at.room(Math.max(gramScratchBytes(lines), decideScratchBytes(kind, lines, pairs)));
        const stride = strideOf(rows, bytes);
        const dots = at.room(stride * rows);
        const out = at.room(8 * pairs * asked.length);
        at.freezeInputs([scratch, dots, out]);
        expect(at.call("gramPanels", [scratch, table, all, rows, 0, Math.ceil(rows / width), 0, dots, stride])).toBe(
          DONE,
        );
        for (const [by, source] of [
          [alone, [0, 0]],
          [withDots, [dots, stride]],
        ] as const) {
          new Uint8Array(at.buffer, out, 8 * pairs * asked.length).fill(0x5a);
          for (const [from, to] of [
            [middle, panels],
            [0, middle],
          ] as const) {
            const args = [scratch, by, table, order, asked.length, from, to, out, ...source];
            expect(at.call("decide", args)).toBe(DONE);
          }
          expectBits(new Float64Array(at.buffer, out, pairs * asked.length), expected);
        }
        at.checkGuards();
      }
    };
    fc.assert(fc.property(cases, functions, property), { numRuns: 120 });
  });
});

describe("decideRow", () => {
  it("gives the same bits for support vectors of bytes and any row on their grid", () => {
    const property = (one: Case, fn: KernelParams, q: number) => {
      const { rows, cols, classes, seed } = one;
      const next = stream(seed);
      const codes = Array.from({ length: rows }, () =>
        Array.from({ length: cols }, () => (next() < 0.4 ? 0 : Math.floor(256 * next()))),
      );
      const { support } = drawn(one);
      const machine = makeMachine(
        codes.map((row) => row.map((k) => k / q)),
        classes,
        support,
        seed,
      );
      const reach = 32767 / Math.sqrt(2 * cols);
      const row = Array.from({ length: cols }, () => Math.round((2 * next() - 1) * reach));
      const expected = decisions(
        machine,
        row.map((k) => k / q),
        q,
        fn,
      );
      const padded = new Uint16Array(16 * Math.ceil(cols / 16)).map((_, j) => row[j] ?? 0);
      for (const at of memories) {
        at.reset();
        const data = at.put(Uint8Array.from(support.flatMap((s) => codes[s]!)));
        const own = placeMachine(at, machine, data, q, fn);
        const rowAt = at.put(new Uint32Array(padded.buffer));
        const norm = at.put(Uint32Array.of(dot(row, row, 1)));
        const scratch = at.room(decideScratchBytes(I16, 0, machine.rho.length));
        const out = at.room(8 * machine.rho.length);
        at.freezeInputs([scratch, out]);
        expect(at.call("decideRow", [scratch, own, data, cols, rowAt, norm, out])).toBe(DONE);
        expectBits(new Float64Array(at.buffer, out, machine.rho.length), expected);
        at.checkGuards();
      }
    };
    fc.assert(fc.property(cases, functions, fc.constantFrom(1, 100, 255, 256), property), { numRuns: 150 });
  });
});

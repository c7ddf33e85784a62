import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { svm } from "../../src/kernels/generated/svm.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import { functionDescriptor, gramScratchBytes, strideOf } from "../../src/kernels/svm-gram.js";
import {
  CONVERGED,
  padded,
  positionOf,
  positionsOf,
  problemLayout,
  ROWS_ROOM,
  readProblem,
  rowsDescriptor,
  STOPPED,
  type Two,
  writeProblem,
} from "../../src/kernels/svm-solve.js";
import { F64, I16, linesOf, panelBytes, panelRows } from "../../src/kernels/svm-vectors.js";
import { smallProblem, stream } from "../svm/small-problems.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { pairProblem, regressionProblem, type SmoProblem, type SmoSolution, smo } from "./reference/smo.js";
import { gram, gridOf, type KernelParams } from "./reference/svm-kernel-values.js";
import { placeVectors } from "./reference/svm-tables.js";

const memories = [new KernelMemory(false, svm), new KernelMemory(true, svm)];

/** A problem over runs of rows of a kernel matrix. */
interface Case {
  readonly K: readonly Float32Array[];
  readonly begin: Two;
  readonly count: Two;
  readonly problem: SmoProblem;
}

/** Writes F, alpha and bounds as callers must. */
function start(buffer: ArrayBufferLike, at: number, { problem, count }: Pick<Case, "problem" | "count">): void {
  const m = positionsOf(count);
  const { f, alpha, bound } = problemLayout(m);
  const [F, a, C] = [f, alpha, bound].map((offset) => new Float64Array(buffer, at + offset, m).fill(0));
  expect(a!.length).toBe(m);
  problem.y.forEach((sign, t) => {
    F![positionOf(count, t)] = -sign * problem.p[t]!;
    C![positionOf(count, t)] = problem.C[t]!;
  });
}

function read(buffer: ArrayBufferLike, at: number, { problem, count }: Pick<Case, "problem" | "count">): SmoSolution {
  const m = positionsOf(count);
  const layout = problemLayout(m);
  const { status, rounds, rho } = readProblem(buffer, at);
  expect([CONVERGED, STOPPED]).toContain(status);
  const of = (offset: number) => {
    const values = new Float64Array(buffer, at + offset, m);
    return problem.y.map((_, t) => values[positionOf(count, t)]!);
  };
  return { alpha: of(layout.alpha), F: of(layout.f), rho, iterations: rounds, converged: status === CONVERGED };
}

function checkWhole(one: Case, budget: number): SmoSolution {
  const { K, begin, count, problem } = one;
  const expected = smo(problem);
  const stride = 4 * (4 * Math.ceil(K.length / 4) + 4);
  for (const at of memories) {
    at.reset();
    const matrix = at.room(stride * K.length);
    // NaN stands wherever no value of K does.
    new Uint8Array(at.buffer, matrix, stride * K.length).fill(0xff);
    K.forEach((row, i) => {
      new Float32Array(at.buffer, matrix + i * stride, row.length).set(row);
    });
    const diagonal = at.put(Float32Array.from(K, (row, i) => row[i]!));
    const whole = at.room(problemLayout(positionsOf(count)).bytes);
    const sliced = at.room(problemLayout(positionsOf(count)).bytes);
    at.freezeInputs([whole, sliced]);
    for (const address of [whole, sliced]) {
      const offsets: Two = [4 * begin[0], 4 * begin[1]];
      const rows = { matrix, stride, rows: 0, diagonal, begin, offsets };
      writeProblem(at.buffer, address, { count, tol: problem.tol, maxRounds: problem.maxIter }, rows);
      start(at.buffer, address, one);
    }
    expect(at.call("smo", [whole, 0x7fffffff])).toBe(DONE);
    expect(read(at.buffer, whole, one)).toEqual(expected);
    for (let slices = 0; at.call("smo", [sliced, budget]) === MORE; slices++) {
      expect(slices * budget).toBeLessThanOrEqual(expected.iterations);
    }
    expect(read(at.buffer, sliced, one)).toEqual(expected);
    at.checkGuards();
  }
  return expected;
}

/** Where rows that are made as they are needed are kept: all of them, or so many. */
type Kept = "all" | number;

/** The same problems, one after the other, over rows that are made as they are needed. */
function checkMade(
  { X, counts }: { readonly X: readonly (readonly number[])[]; readonly counts: readonly number[] },
  problems: readonly { readonly segments: Two; readonly problem: SmoProblem }[],
  q: number | null,
  kernel: KernelParams,
  [isListed, isFromDots]: readonly [boolean, boolean],
  kept: Kept,
): void {
  const n = X.length;
  const kind = q === null ? F64 : I16;
  const lines = linesOf(kind, X[0]!.length);
  // The table's rows lie in another order than the matrix has them, and segments are filled up to multiples of 4.
  const table = X.map((_, i) => X[(i + n - (5 % n)) % n]!);
  const starts = counts.map((_, s) => counts.slice(0, s).reduce((sum, count) => sum + count, 0));
  const begins = counts.map((_, s) => counts.slice(0, s).reduce((sum, count) => sum + padded(count), 0));
  const places = counts.flatMap((count, s) =>
    Array.from({ length: padded(count) }, (_, t) => starts[s]! + Math.min(t, count - 1)),
  );
  const rows = places.length;
  const made = gram(
    places.map((place) => X[place]!),
    q,
    kernel,
  );
  for (const at of memories) {
    at.reset();
    const vectors = placeVectors(at, table, q, isListed);
    const order = at.put(Uint32Array.from(places, (place) => (place + 5) % n));
    const fn = at.put(functionDescriptor({ ...kernel, type: kernel.kernel }, q ?? 1));
    const diagonal = at.put(Float32Array.from(made, (row, i) => row[i]!));
    const panels = counts.map((count, s) => {
      const several = Math.ceil(padded(count) / panelRows(kind));
      const out = at.room(panelBytes(lines) * several);
      expect(at.call("packPanels", [vectors, order + 4 * begins[s]!, padded(count), 0, several, out])).toBe(DONE);
      return out;
    });
    const dotsStride = strideOf(n, kind === I16 ? 4 : 8);
    const dots = at.room(dotsStride * n);
    const all = at.put(Uint32Array.from(X, (_, i) => i));
    const scratch = at.room(gramScratchBytes(lines));
    const args = [scratch, vectors, all, n, 0, Math.ceil(n / panelRows(kind)), 0, dots, dotsStride];
    expect(at.call("gramPanels", args)).toBe(DONE);
    const source = { vectors, order, fn, dots: isFromDots ? dots : 0, dotsStride: isFromDots ? dotsStride : 0 };

    const stride = kept === "all" ? strideOf(rows, 4) : 4 * rows;
    const room = at.room(stride * (kept === "all" ? rows : kept) + 64);
    new Uint8Array(at.buffer, room, stride * (kept === "all" ? rows : kept) + 64).fill(0xff);
    const marks = at.put(new Uint8Array(rows * counts.length));
    const [descriptor, slotOf, uses] = [at.room(ROWS_ROOM), at.room(4 * rows), at.room(8 * rows)];
    const address = at.room(problemLayout(positionsOf([rows, rows])).bytes);
    // Some problems begin with filling their blocks, some come to it after a few rows, some never do.
    const votes = at.put(Uint32Array.of((n % 3) - 1));
    const limit = 1 + 5 * (n % 7);
    at.freezeInputs([room, marks, votes, descriptor, slotOf, uses, address]);
    for (const { segments, problem } of problems) {
      const isTwice = segments[0] === segments[1];
      const count: Two = [counts[segments[0]]!, counts[segments[1]]!];
      const begin: Two = [begins[segments[0]]!, begins[segments[1]]!];
      const [first, second] = count.map(padded);
      const offsets: Two = kept === "all" ? [4 * begin[0], 4 * begin[1]] : [0, isTwice ? 0 : 4 * first!];
      const slotBytes = 4 * (first! + (isTwice ? 0 : second!));
      const keeper =
        kept === "all"
          ? { marks, blocks: counts.length, votes, limit, matrix: room, stride }
          : { slots: kept, slotOf, uses, matrix: room, stride: slotBytes };
      const run = (k: 0 | 1) => ({
        block: segments[k],
        begin: begin[k],
        columns: k === 1 && isTwice ? 0 : padded(count[k]),
        at: offsets[k],
        panels: panels[segments[k]]!,
      });
      const words = rowsDescriptor(descriptor, source, keeper, [run(0), run(1)]);
      new Uint32Array(at.buffer, descriptor, words.length).set(words);
      new Uint32Array(at.buffer, slotOf, rows).fill(0);
      const K = { matrix: 0, stride: 0, rows: descriptor, diagonal, begin, offsets };
      writeProblem(at.buffer, address, { count, tol: problem.tol, maxRounds: problem.maxIter }, K);
      start(at.buffer, address, { problem, count });
      while (at.call("smo", [address, 7]) === MORE);
      expect(read(at.buffer, address, { problem, count })).toEqual(smo(problem));
    }
    at.checkGuards();
    if (kept !== "all") continue;
    // What is marked has been made; nothing else has been touched.
    const values = new Float32Array(at.buffer, room, (stride * rows) / 4);
    made.forEach((row, i) => {
      counts.forEach((count, s) => {
        const own = values.subarray((i * stride) / 4 + begins[s]!, (i * stride) / 4 + begins[s]! + count);
        const isMade = new Uint8Array(at.buffer, marks, rows * counts.length)[i * counts.length + s] === 1;
        if (isMade) expect([...own]).toEqual([...row.subarray(begins[s]!, begins[s]! + count)]);
        else expect(own.every(Number.isNaN)).toBe(true);
      });
    });
  }
}

/** Rows of three classes, class by class. */
function sorted(n: number, cols: number, isWhole: boolean, seed: number) {
  const { X, y, z } = smallProblem(n, cols, 3, isWhole, seed);
  const rows = [...y.keys()].sort((a, b) => y[a]! - y[b]! || a - b);
  const counts = [0, 1, 2].map((code) => y.filter((own) => own === code).length);
  return {
    X: rows.map((row) => X[row]!),
    z: rows.map((row) => z[row]!),
    counts,
    begins: [0, counts[0]!, counts[0]! + counts[1]!],
  };
}

const kernels = fc.constantFrom<KernelParams>(
  { kernel: "linear", gamma: 1, degree: 3, coef0: 0 },
  { kernel: "rbf", gamma: 0.3, degree: 3, coef0: 0 },
  { kernel: "poly", gamma: 0.3, degree: 3, coef0: 1 },
  // Not positive definite: curvatures are cut off.
  { kernel: "sigmoid", gamma: 0.5, degree: 3, coef0: -1 },
);

/** Bounds, some of which keep their rows out, and some of which are hardly reached. */
const bounds = (n: number, C: number, seed: number) => {
  const next = stream(seed);
  const isEven = next() < 0.5;
  return Array.from({ length: n }, () => (isEven ? C : [0, C, C / 3, 1e6][Math.floor(4 * next())]!));
};

function pairCase(
  { X, counts, begins }: ReturnType<typeof sorted>,
  kernel: KernelParams,
  [i, j]: Two,
  C: number,
  tol: number,
  maxIter: number,
  seed: number,
  q: number | null = null,
): Case {
  const K = gram(X, q, kernel);
  const count: Two = [counts[i]!, counts[j]!];
  const rows = [i, j].flatMap((code) => Array.from({ length: counts[code]! }, (_, t) => begins[code]! + t));
  const own = rows.map((a) => Float32Array.from(rows, (b) => K[a]![b]!));
  return {
    K,
    begin: [begins[i]!, begins[j]!],
    count,
    problem: pairProblem(own, count[0], bounds(rows.length, C, seed), tol, maxIter),
  };
}

const sizes = fc.tuple(fc.integer({ min: 9, max: 90 }), fc.integer({ min: 1, max: 6 }), fc.boolean());
const ends = fc.tuple(
  fc.constantFrom(0.01, 1, 1e4),
  fc.constantFrom(1e-1, 1e-3, 1e-6),
  fc.integer({ min: 1, max: 400 }),
);
const pairs = fc.constantFrom<Two>([0, 1], [0, 2], [1, 2]);
const budgets = fc.integer({ min: 1, max: 9 });

describe("smo", () => {
  it("gives the reference's bits for pairs of classes, whatever the budget of a call", () => {
    const property = (
      [n, cols, isWhole]: readonly [number, number, boolean],
      kernel: KernelParams,
      pair: Two,
      [C, tol, maxIter]: readonly [number, number, number],
      budget: number,
      seed: number,
    ) => void checkWhole(pairCase(sorted(n, cols, isWhole, seed), kernel, pair, C, tol, maxIter, seed), budget);
    fc.assert(fc.property(sizes, kernels, pairs, ends, budgets, fc.nat(), property), { numRuns: 150 });
  });

  it("gives them for regression, whose two segments are the same rows", () => {
    const property = (
      [n, cols, isWhole]: readonly [number, number, boolean],
      kernel: KernelParams,
      [C, tol, maxIter]: readonly [number, number, number],
      budget: number,
      seed: number,
    ) => {
      const { X, z } = sorted(n, cols, isWhole, seed);
      const K = gram(X, null, kernel);
      const problem = regressionProblem(K, z, 0.1, bounds(X.length, C, seed), tol, maxIter);
      checkWhole({ K, begin: [0, 0], count: [X.length, X.length], problem }, budget);
    };
    fc.assert(fc.property(sizes, kernels, ends, budgets, fc.nat(), property), { numRuns: 80 });
  });

  const slots = fc.oneof(
    fc.constant<Kept>("all"),
    fc.constant<Kept>(2),
    fc.integer({ min: 2, max: 30 }),
    fc.constant<Kept>(100),
  );
  const ways = fc.tuple(fc.boolean(), fc.boolean());

  it("gives them over rows that are made as they are needed, from a grid or off it, all or some being kept", () => {
    const property = (
      [n, cols, isWhole]: readonly [number, number, boolean],
      kernel: KernelParams,
      way: readonly [boolean, boolean],
      kept: Kept,
      seed: number,
    ) => {
      const data = sorted(n, cols, isWhole, seed);
      const q = gridOf(data.X, true);
      const problems = (
        [
          [0, 1],
          [1, 2],
          [0, 2],
        ] as const
      ).map((segments) => ({
        segments,
        problem: pairCase(data, kernel, segments, 3, 1e-3, 200, seed, q).problem,
      }));
      checkMade(data, problems, q, kernel, way, kept);
    };
    fc.assert(fc.property(sizes, kernels, ways, slots, fc.nat(), property), { numRuns: 100 });
  });

  it("gives them over such rows for regression, whose two segments are the same", () => {
    const property = (
      [n, cols, isWhole]: readonly [number, number, boolean],
      kernel: KernelParams,
      way: readonly [boolean, boolean],
      kept: Kept,
      seed: number,
    ) => {
      const { X, z } = sorted(n, cols, isWhole, seed);
      const q = gridOf(X, true);
      const problem = regressionProblem(gram(X, q, kernel), z, 0.1, bounds(n, 3, seed), 1e-3, 200);
      checkMade({ X, counts: [n] }, [{ segments: [0, 0], problem }], q, kernel, way, kept);
    };
    fc.assert(fc.property(sizes, kernels, ways, slots, fc.nat(), property), { numRuns: 60 });
  });

  it("gives them for a part of the rows of a matrix, the first or the last of a segment too", () => {
    const { X } = sorted(40, 3, false, 3);
    const K = gram(X, null, { kernel: "rbf", gamma: 0.5, degree: 3, coef0: 0 });
    for (const [begin, count] of [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [39, 0],
        [1, 5],
      ],
      [
        [3, 38],
        [7, 2],
      ],
      [
        [8, 20],
        [12, 20],
      ],
    ] as const) {
      const rows = [0, 1].flatMap((s) => Array.from({ length: count[s]! }, (_, t) => begin[s]! + t));
      const own = rows.map((a) => Float32Array.from(rows, (b) => K[a]![b]!));
      const problem = pairProblem(
        own,
        count[0],
        rows.map(() => 2),
        1e-5,
        1000,
      );
      expect(checkWhole({ K, begin, count, problem }, 3).iterations).toBeGreaterThan(0);
    }
  });

  it("ends at once where nothing may move: all rows kept out, or all of one class", () => {
    const { X } = sorted(30, 2, false, 1);
    const K = gram(X, null, { kernel: "linear", gamma: 1, degree: 3, coef0: 0 });
    const left = (keep: (t: number) => boolean) =>
      checkWhole(
        {
          K,
          begin: [0, 15],
          count: [15, 15],
          problem: pairProblem(
            K,
            15,
            K.map((_, t) => (keep(t) ? 1 : 0)),
            1e-3,
            100,
          ),
        },
        1,
      );
    expect(left(() => false)).toMatchObject({ iterations: 0, converged: true, rho: 0 });
    expect(left((t) => t < 15)).toMatchObject({ iterations: 0, converged: true });
    expect(left((t) => t >= 15)).toMatchObject({ iterations: 0, converged: true });
  });

  it("ends by its rounds, after as many as are allowed, and not one later", () => {
    const data = sorted(60, 3, false, 8);
    const rbf = { kernel: "rbf", gamma: 0.3, degree: 3, coef0: 0 } as const;
    const of = (maxIter: number) => checkWhole(pairCase(data, rbf, [0, 1], 10, 1e-3, maxIter, 4), 1);
    const { iterations } = of(100_000);
    expect(iterations).toBeGreaterThan(10);
    expect(of(iterations).converged).toBe(true);
    expect(of(iterations - 1)).toMatchObject({ converged: false, iterations: iterations - 1 });
    expect(of(0)).toMatchObject({ converged: false, iterations: 0 });
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import type { KernelFunction } from "../../src/kernels/svm-gram.js";
import { F64, I16 } from "../../src/kernels/svm-vectors.js";
import type { Pool } from "../../src/parallel/pool.js";
import { dotsOf, wholeMatrix } from "../../src/svm/kernel-rows.js";
import { layoutOf } from "../../src/svm/segments.js";
import { vectorsOf } from "../../src/svm/vectors.js";
import { CheckPools } from "../../src/testing.js";
import { gram, gridOf } from "../kernels/reference/svm-kernel-values.js";
import { smallProblem, stream } from "./small-problems.js";

const pools = new CheckPools();
afterAll(() => pools.close());

const widths: Readonly<Record<string, () => Pool>> = {
  "the calling thread": () => pools.inline,
  "3 workers": () => pools.workers(3),
  "2 workers without shared memory": () => pools.apart,
};

/** The matrix of the rows of an order, a multiple of 4, out of their dot products or not. */
async function matrixOf(X: Matrix, order: Uint32Array, fn: KernelFunction, pool: Pool, isShared: boolean) {
  const ctx = { pool, workspace: new Workspace(), signal: new AbortController().signal };
  const scope = pool.memory.scope();
  try {
    const vectors = await vectorsOf(X, ctx);
    const dots = isShared ? await dotsOf(X, vectors, ctx) : null;
    const n = order.length;
    const layout = layoutOf({ sorted: order, starts: [0, n] });
    const rows = await wholeMatrix({ vectors, order: scope.place(order), layout, fn, dots }, scope, ctx);
    const [values, diagonal] = rows.reads.map((block) => pool.memory.f32(block));
    const stride = values!.length / n;
    const table = Array.from(order, (_, i) => [...values!.subarray(i * stride, i * stride + n)]);
    return { divisor: vectors.divisor, kind: vectors.kind, table, diagonal: [...diagonal!] };
  } finally {
    scope.free();
    ctx.workspace.close();
  }
}

describe("Kernel matrices of", () => {
  const values = smallProblem(150, 7, 2, false, 3).X;
  const next = stream(1);
  const pixels = Uint8Array.from({ length: 150 * 9 }, () => (next() < 0.6 ? 0 : 256 * next()));
  const tables: Readonly<Record<string, Matrix>> = {
    "f64 off every grid": new Matrix(Float64Array.from(values.flat()), 150, 7),
    "f64 hundredths": new Matrix(
      Float64Array.from(values.flat(), (x) => Math.round(100 * x) / 100),
      150,
      7,
    ),
    f32: new Matrix(Float32Array.from(values.flat()), 150, 7),
    bytes: new Matrix(pixels, 150, 9),
    "scaled bytes": new Matrix(pixels, 150, 9, { scale: 1 / 255 }),
    "f32 that are on a grid but for the last row": new Matrix(
      Float32Array.from({ length: 150 * 7 }, (_, i) => (i < 149 * 7 ? i % 5 : Math.PI)),
      150,
      7,
    ),
  };
  const order = Uint32Array.from({ length: 76 }, (_, i) => (i * 37) % 150);
  const types = ["linear", "poly", "rbf", "sigmoid"] as const;
  const fn = { gamma: 0.01, degree: 3, coef0: 1 };
  for (const [what, X] of Object.entries(tables)) {
    const q = gridOf(X.toArrays(), X.data instanceof Float64Array);
    const rows = Array.from(order, (row) => Array.from({ length: X.cols }, (_, j) => X.at(row, j)));
    const expected = types.map((kernel) => gram(rows, q, { kernel, ...fn }).map((row) => [...row]));
    for (const [who, poolOf] of Object.entries(widths)) {
      it(`${what}, made by ${who}, have the reference's bits`, async () => {
        for (const [k, type] of types.entries()) {
          for (const isShared of [false, true]) {
            const found = await matrixOf(X, order, { type, ...fn }, poolOf(), isShared);
            expect([found.kind, found.divisor]).toEqual(q === null ? [F64, 1] : [I16, q]);
            expect(found.table).toEqual(expected[k]);
            expect(found.diagonal).toEqual(expected[k]!.map((row, i) => row[i]));
          }
        }
      });
    }
  }
});

describe("A row off the grid", () => {
  it("takes a table of many blocks off it, whichever worker sees the row", async () => {
    for (const row of [1, 1090]) {
      const values = new Float32Array(1100 * 1000);
      values[row * 1000 + 3] = Math.PI;
      const X = new Matrix(values, 1100, 1000);
      for (const poolOf of Object.values(widths)) {
        const pool = poolOf();
        const workspace = new Workspace();
        const { kind } = await vectorsOf(X, { pool, workspace, signal: new AbortController().signal });
        workspace.close();
        expect(kind).toBe(F64);
      }
    }
  });
});

import { expect, test } from "vitest";
import type { RunContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import { centredRows } from "../../src/linear/centred-rows.js";
import type { LeastSquares } from "../../src/linear/least-squares.js";
import { refinedLeastSquares } from "../../src/linear/refined-least-squares.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";

const ctx: RunContext = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };
const N = 200;
const cell = (i: number, j: number) => (((i + 7) * 2654435761 + (j + 1) * 121509) % 1009) % 11;

/** Of y = 2 a - 3 b + 1, for columns made of the independent a, b, c and d. */
async function solved(
  columnsOf: (row: readonly number[], i: number) => readonly number[],
): Promise<LeastSquares | null> {
  const rows = Array.from({ length: N }, (_, i) => [0, 1, 2, 3].map((j) => cell(i, j)));
  const y = Float64Array.from(rows, ([a, b]) => 2 * a! - 3 * b! + 1);
  const data = rows.map(columnsOf);
  const X = new Matrix(Float64Array.from(data.flat()), N, data[0]!.length);
  const scope = ctx.pool.memory.scope();
  const regression = await centredRows({ X, y, sampleWeight: null }, true, "Test", scope, ctx);
  const found = await refinedLeastSquares(regression, N * Number.EPSILON, ctx);
  scope.free();
  return found;
}

const near = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 12));

test("Independent columns are solved for.", async () => {
  const found = await solved((row) => row);
  expect([found?.rank, [...found!.x]]).toEqual([4, near([2, -3, 0, 0])]);
});

test("Columns that depend on others, and columns of 0, are found out, and share as the shortest coefficients do.", async () => {
  const found = await solved(([a, b, c, d]) => [a!, b!, c!, d!, 2 * a!, 0, b!]);
  expect([found?.rank, [...found!.x]]).toEqual([4, near([0.4, -1.5, 0, 0, 0.8, 0, -1.5])]);
});

test("Columns that nearly depend on each other, or are of very different lengths, are left to others.", async () => {
  expect(await solved(([a, b, c, d], i) => [a!, b!, c!, d!, a! - b! + 1e-9 * cell(i, 9)])).toBeNull();
  expect(await solved(([a, b, c, d]) => [a!, b!, 1e-13 * c!, d!])).toBeNull();
});

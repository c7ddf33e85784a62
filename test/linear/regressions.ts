import { readFileSync } from "node:fs";
import { expect } from "vitest";

export type TableName = "tall" | "wide" | "dependent" | "collinear";

export interface RegressionGolden {
  readonly on: TableName;
  readonly weighted: boolean;
  readonly fitIntercept: boolean;
  readonly coef: readonly number[];
  readonly intercept: number;
}

/** Values of scikit-learn 1.9.1; made by test/golden/make/linear_regression.py. */
export const goldens = JSON.parse(
  readFileSync(new URL("../golden/linear-regression.json", import.meta.url), "utf8"),
) as {
  readonly tables: Readonly<Record<TableName, readonly (readonly number[])[]>>;
  readonly targets: Readonly<Record<TableName, readonly number[]>>;
  readonly weights: Readonly<Record<TableName, readonly number[]>>;
  readonly ols: readonly (RegressionGolden & { readonly rank: number })[];
  readonly ridge: readonly (RegressionGolden & { readonly alpha: number })[];
};

/** "tall, weighted, without an intercept" */
export const titleOf = ({ on, weighted, fitIntercept }: RegressionGolden): string =>
  `${on}${weighted ? ", weighted" : ""}${fitIntercept ? "" : ", without an intercept"}`;

/** Each number as expected, up to `within` of the largest expected one (or of 1). */
export function expectNear(actual: ArrayLike<number>, expected: readonly number[], within: number): void {
  expect(actual.length).toBe(expected.length);
  const bound = within * Math.max(1, ...expected.map(Math.abs));
  for (const [j, value] of expected.entries()) expect(Math.abs(actual[j]! - value)).toBeLessThanOrEqual(bound);
}

import type { EpochResult, Weights } from "../../../src/neural/backend.js";
import { type Network, weightsOf } from "../../../src/neural/network.js";
import { CheckFailure } from "../../../src/testing/assertions.js";
import type { ReferenceResult } from "../reference/backend.js";

/** Numbers that differ by at most `tolerance`, relative to those above 1; with 0 they are equal bit for bit. */
export function expectNear(actual: number, expected: number, tolerance: number, what: string): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))) return;
  throw new CheckFailure(`${what} is ${actual}, and must be ${expected} (within ${tolerance})`);
}

export function expectArrayNear(
  actual: Float32Array,
  expected: Float32Array,
  tolerance: number,
  what: string,
  when = "",
): void {
  if (!(actual instanceof Float32Array)) throw new CheckFailure(`${what} must be a Float32Array`);
  if (actual.length !== expected.length) {
    throw new CheckFailure(`${what} has ${actual.length} values, and must have ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) expectNear(actual[i]!, expected[i]!, tolerance, `${what}[${i}]${when}`);
}

export function expectWeightsNear(
  network: Network,
  actual: Weights,
  expected: Weights,
  tolerance: number,
  when = "",
): void {
  const specs = weightsOf(network);
  if (actual.length !== specs.length) {
    throw new CheckFailure(`there are ${actual.length} arrays of weights, and must be ${specs.length}`);
  }
  together(
    ...specs.map(
      ({ name }, at) =>
        () =>
          expectArrayNear(actual[at]!, expected[at]!, tolerance, name, when),
    ),
  );
}

/** All that one comparison after the other finds, in one failure. */
export function together(...comparisons: readonly (() => void)[]): void {
  const found: string[] = [];
  for (const compare of comparisons) {
    try {
      compare();
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      found.push(error.message);
    }
  }
  if (found.length > 0) throw new CheckFailure(found.join("; "));
}

/** Rows whose class the reference told by a hair may count either way. */
export function expectResultNear(
  actual: EpochResult,
  expected: ReferenceResult,
  tolerance: number,
  when: string,
): void {
  if (actual.failedBatch !== expected.failedBatch) {
    throw new CheckFailure(`failedBatch of ${when} is ${actual.failedBatch}, and must be ${expected.failedBatch}`);
  }
  together(
    () => expectNear(actual.loss, expected.loss, tolerance, `loss of ${when}`),
    () => {
      const off = Math.abs(actual.right - expected.right);
      if (off <= expected.undecided + tolerance * Math.max(1, expected.right)) return;
      throw new CheckFailure(`right of ${when} is ${actual.right}, and must be ${expected.right}`);
    },
  );
}

/** The same outcome to the last bit. */
export function expectSameResult(actual: EpochResult, expected: EpochResult, what: string): void {
  for (const key of ["loss", "right", "failedBatch"] as const) {
    if (Object.is(actual[key], expected[key])) continue;
    throw new CheckFailure(`${key} of ${what} is ${actual[key]}, and must be ${expected[key]} to the last bit`);
  }
}

import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { ParamGrid, Patch } from "../core/paths.js";
import { describe } from "../core/to-matrix.js";

/** One grid, or several whose candidates are tried one after the other. */
export type GridLike<E extends AnyEstimator> = ParamGrid<E> | readonly ParamGrid<E>[];

/** Most candidates that one search may have: more is surely a slip, and would exhaust the memory first. */
const MOST = 1_000_000;

/**
 * The candidates of a grid: every combination of its values, in scikit-learn's order (names sorted, the last one
 * varies fastest), grid after grid.
 *
 * @throws InvalidParameterError for a grid without values or with values that are no array
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.ParameterGrid.html
 */
export class ParameterGrid<E extends AnyEstimator> implements Iterable<Patch<E>> {
  readonly #grids: readonly (readonly (readonly [path: string, values: readonly unknown[]])[])[];
  /** Number of candidates. */
  readonly length: number;

  constructor(grid: GridLike<E>) {
    const grids: readonly unknown[] = Array.isArray(grid) ? grid : [grid];
    if (grids.length === 0)
      throw new InvalidParameterError("paramGrid must hold at least one grid; got none", "paramGrid");
    this.#grids = grids.map(sortedEntries);
    this.length = this.#grids.reduce(
      (sum, axes) => sum + axes.reduce((size, [, values]) => size * values.length, 1),
      0,
    );
    if (this.length > MOST) {
      throw new InvalidParameterError(
        `paramGrid must have at most ${MOST} candidates; got ${this.length}`,
        "paramGrid",
      );
    }
  }

  *[Symbol.iterator](): Generator<Patch<E>> {
    for (const axes of this.#grids) {
      const size = axes.reduce((product, [, values]) => product * values.length, 1);
      for (let i = 0; i < size; i++) {
        let rest = i;
        const candidate: [string, unknown][] = [];
        for (const [path, values] of axes.toReversed()) {
          candidate.unshift([path, values[rest % values.length]]);
          rest = Math.floor(rest / values.length);
        }
        yield Object.fromEntries(candidate) as Patch<E>;
      }
    }
  }
}

function sortedEntries(grid: unknown): (readonly [string, readonly unknown[]])[] {
  if (typeof grid !== "object" || grid === null || Array.isArray(grid)) {
    throw new InvalidParameterError(
      `paramGrid must be a record of arrays of values; got ${describe(grid)}`,
      "paramGrid",
    );
  }
  return Object.entries(grid)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, values]: [string, unknown]) => {
      if (!Array.isArray(values) || values.length === 0) {
        const got = Array.isArray(values) ? "none" : describe(values);
        throw new InvalidParameterError(
          `${path} of paramGrid must be an array of at least one value; got ${got}`,
          path,
        );
      }
      return [path, values] as const;
    });
}

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
  readonly #grids: readonly Axes[];
  /** Number of candidates. */
  readonly length: number;

  constructor(grid: GridLike<E>) {
    const grids: readonly unknown[] = Array.isArray(grid) ? grid : [grid];
    if (grids.length === 0)
      throw new InvalidParameterError("paramGrid must hold at least one grid; got none", "paramGrid");
    this.#grids = grids.map(axesOf);
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

  /** One candidate after the other, in order. */

  *[Symbol.iterator](): Generator<Patch<E>> {
    for (const axes of this.#grids) {
      const size = axes.reduce((product, [, values]) => product * values.length, 1);
      for (let i = 0; i < size; i++) yield combination(axes, i) as Patch<E>;
    }
  }
}

/** The values to try for each parameter, parameters sorted by their names. */
export type Axes = readonly (readonly [path: string, values: readonly unknown[]])[];

/** Combination `index` of those that the axes have, the last axis varying fastest. */
export function combination(axes: Axes, index: number): Record<string, unknown> {
  let rest = index;
  const candidate: [string, unknown][] = [];
  for (const [path, values] of axes.toReversed()) {
    candidate.unshift([path, values[rest % values.length]]);
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(candidate);
}

function axesOf(grid: unknown): Axes {
  return sortedEntries(grid, "paramGrid").map(([path, values]) => {
    if (!Array.isArray(values) || values.length === 0) {
      const got = Array.isArray(values) ? "none" : describe(values);
      throw new InvalidParameterError(`${path} of paramGrid must be an array of at least one value; got ${got}`, path);
    }
    return [path, values] as const;
  });
}

/**
 * What a parameter that is a record by parameter names holds, sorted by the names.
 * @throws InvalidParameterError if it is no record
 */
export function sortedEntries(record: unknown, owner: string): (readonly [path: string, value: unknown])[] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new InvalidParameterError(`${owner} must be a record by parameter names; got ${describe(record)}`, owner);
  }
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

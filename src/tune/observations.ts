import { contains, type Distribution, isSame } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { relativeParamsOf } from "./relative-params.js";
import { TrialMemo } from "./trial-memo.js";

/** What trials have drawn for the parameters of a space. Each trial is read once. */
export class Observations {
  readonly #space: ReadonlyMap<string, Distribution>;
  readonly #rows: TrialMemo<readonly number[] | null>;

  constructor(space: ReadonlyMap<string, Distribution>) {
    this.#space = space;
    this.#rows = new TrialMemo((trial) => rowOf(trial, space));
  }

  /** Whether the space has just these distributions, in this order. */
  isOf(space: ReadonlyMap<string, Distribution>): boolean {
    const ours = [...this.#space];
    return (
      space.size === ours.length &&
      [...space].every(([name, distribution], d) => name === ours[d]![0] && isSame(distribution, ours[d]![1]))
    );
  }

  /**
   * For each parameter the internal numbers of those trials that have all parameters, in the order of the trials. What a
   * running trial was told to have drawn counts as drawn.
   */
  of(trials: readonly FrozenTrial[]): Float64Array[] {
    const columns = Array.from(this.#space, () => new Float64Array(trials.length));
    let rows = 0;
    for (const trial of trials) {
      const row = this.#rows.of(trial);
      if (row === null) continue;
      for (let d = 0; d < columns.length; d++) columns[d]![rows] = row[d]!;
      rows++;
    }
    return columns.map((column) => column.subarray(0, rows));
  }
}

/** Internal numbers by parameter; null for a trial that does not have all of them. */
function rowOf(trial: FrozenTrial, space: ReadonlyMap<string, Distribution>): readonly number[] | null {
  const told = trial.state === "running" ? relativeParamsOf(trial) : null;
  const row: number[] = [];
  for (const [name, distribution] of space) {
    const internal = trial.internals.get(name) ?? internalOf(distribution, told?.get(name));
    if (internal === undefined || !canBeObserved(distribution, internal)) return null;
    row.push(internal);
  }
  return row;
}

/** Undefined for what is no value of the distribution. */
function internalOf(distribution: Distribution, value: unknown): number | undefined {
  const internal =
    distribution.kind === "choice" ? distribution.choices.findIndex((choice) => Object.is(choice, value)) : value;
  return typeof internal === "number" && contains(distribution, internal) ? internal : undefined;
}

/** An objective may change a range from trial to trial: numbers out of today's still tell where values are good. */
function canBeObserved(distribution: Distribution, internal: number): boolean {
  return distribution.kind === "choice" ? contains(distribution, internal) : !distribution.log || internal > 0;
}

import { contains, type Distribution, isSame } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { relativeParamsOf } from "./relative-params.js";
import { TrialMemo } from "./trial-memo.js";

/** Numbers are observed as far out as so many ranges. */
const FARTHEST = 1e6;

/** Rows to begin with; more are made room for as they come. */
const FEW = 64;

/** What trials have drawn for the parameters of a space: a table of their internal numbers. Each trial is read once. */
export class Observations {
  readonly #space: ReadonlyMap<string, Distribution>;
  /** Whether trials have all parameters; then their rows have been written. */
  readonly #areWhole: TrialMemo<boolean>;
  #table: Float64Array;
  #end = 0;

  constructor(space: ReadonlyMap<string, Distribution>) {
    this.#space = space;
    this.#table = new Float64Array(FEW * space.size);
    this.#areWhole = new TrialMemo((trial) => {
      const row = rowOf(trial, space);
      if (row !== null) this.#write(trial.number, row);
      return row !== null;
    });
  }

  /** In the row of a trial's number its internal numbers by parameter; what `rowsOf` did not find holds nothing of use. */
  get table(): Float64Array {
    return this.#table.subarray(0, this.#end);
  }

  /** Whether the space has just these distributions, in this order. */
  isOf(space: ReadonlyMap<string, Distribution>): boolean {
    if (space.size !== this.#space.size) return false;
    const ours = this.#space.entries();
    for (const [name, distribution] of space) {
      const [ownName, own] = ours.next().value!;
      if (name !== ownName || !isSame(distribution, own)) return false;
    }
    return true;
  }

  /**
   * The rows of those trials that have all parameters, in the order of the trials. What a running trial was told to have drawn
   * counts as drawn.
   */
  rowsOf(trials: readonly FrozenTrial[]): Uint32Array {
    const rows = new Uint32Array(trials.length);
    let count = 0;
    for (const trial of trials) if (this.#areWhole.of(trial)) rows[count++] = trial.number;
    return rows.subarray(0, count);
  }

  #write(number: number, row: readonly number[]): void {
    this.#end = Math.max(this.#end, (number + 1) * row.length);
    if (this.#end > this.#table.length) {
      const table = new Float64Array(2 * this.#end);
      table.set(this.#table);
      this.#table = table;
    }
    this.#table.set(row, number * row.length);
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

/**
 * An objective may change a range from trial to trial: numbers out of today's still tell where values are good, unless they are
 * so far out that in deviations they cannot be told apart.
 */
function canBeObserved(distribution: Distribution, internal: number): boolean {
  if (distribution.kind === "choice") return contains(distribution, internal);
  const scaled = distribution.log ? Math.log : (value: number) => value;
  const [low, high] = [scaled(distribution.low), scaled(distribution.high)];
  return Math.abs(scaled(internal) - low) <= FARTHEST * (high - low);
}

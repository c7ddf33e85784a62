import { InvalidParameterError } from "../core/errors.js";
import { Rng } from "../core/random.js";
import { describe } from "../core/to-matrix.js";
import { type Distribution, fromInternal, toInternal } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { type RandomSamplerOptions, seedOf } from "./random-sampler.js";
import type { Draw, Sampler, StudyView } from "./sampler.js";

/** More is surely a slip: no study gets to the end of it. */
const MOST = 1_000_000;

/** A parameter of a grid. */
interface Axis {
  readonly name: string;
  readonly values: readonly unknown[];
  /** Where each value stands among the values. */
  readonly places: ReadonlyMap<unknown, number>;
  /** Combinations are numbered; those whose values differ in this parameter alone are so many apart. */
  readonly stride: number;
}

/**
 * Visits every combination of the given values once, in an order shuffled by the seed. A trial takes the first one that no
 * trial of a smaller number has taken or is about to take: so several processes that have the same seed never take the
 * same, and a resumed study goes on with what is left. When all are taken, those whose trials never finished are tried
 * again, then any.
 *
 * @throws InvalidParameterError for a grid without parameters or values, with more than a million combinations, or for a
 *   seed out of range; while drawing, for a parameter that the grid does not have and a value that its distribution
 *   does not have
 * @see https://optuna.readthedocs.io/en/stable/reference/samplers/generated/optuna.samplers.GridSampler.html
 */
export class GridSampler implements Sampler {
  /** The seed in use: what was given, or what was drawn in its place. */
  readonly randomState: number;
  /** Number of combinations. */
  readonly length: number;
  readonly #axes: readonly Axis[];
  readonly #order: Uint32Array;
  readonly #rng: Rng;

  /** @param grid for each parameter the values to visit */
  constructor(grid: Readonly<Record<string, readonly unknown[]>>, options: RandomSamplerOptions = {}) {
    this.randomState = seedOf(options, "GridSampler");
    this.#axes = axesOf(grid);
    this.length = this.#axes.reduce((product, { values }) => product * values.length, 1);
    if (this.length > MOST) {
      throw new InvalidParameterError(
        `grid of GridSampler must have at most ${MOST} combinations; got ${this.length}`,
        "grid",
      );
    }
    this.#rng = new Rng(this.randomState);
    this.#order = this.#rng.stream("order").permutation(this.length);
  }

  drawTogether(): ReadonlyMap<string, Draw> {
    return new Map();
  }

  drawAlone(study: StudyView, number: number, name: string, distribution: Distribution): number {
    const axis = this.#axes.find((each) => each.name === name);
    if (axis === undefined) {
      throw new InvalidParameterError(
        `${name} must be a parameter of GridSampler's grid, which has ${this.#axes.map((each) => each.name).join(", ")}`,
        name,
      );
    }
    return toInternal(distribution, axis.values[placeIn(this.#combinationFor(study, number), axis)], name);
  }

  /** Whether every combination has a finished trial, be it complete, pruned or failed. */
  isExhausted({ trials }: StudyView): boolean {
    return this.#taken(trials.filter(isFinished)).size === this.length;
  }

  /** What the trial has drawn before holds, even where another process has changed what is free in the meantime. */
  #combinationFor({ trials }: StudyView, number: number): number {
    const candidates = this.#candidates(
      trials.filter((trial) => trial.number < number),
      number,
    );
    const own = trials.find((trial) => trial.number === number);
    const drawn = this.#axes.flatMap((axis) => {
      const place = own && placeOf(own, axis);
      return place === undefined ? [] : [{ axis, place }];
    });
    const fits = (combination: number) => drawn.every(({ axis, place }) => placeIn(combination, axis) === place);
    return candidates.find(fits) ?? this.#order.find(fits)!;
  }

  /** The combinations that a trial may take, the first one first. */
  #candidates(earlier: readonly FrozenTrial[], number: number): Uint32Array {
    const taken = this.#taken(earlier);
    const free = this.#order.filter((combination) => !taken.has(combination));
    // A running trial that has not drawn all of its parameters is about to take the next of these.
    const ahead = earlier.filter((trial) => trial.state === "running" && this.#combinationOf(trial) === undefined);
    if (ahead.length < free.length) return free.subarray(ahead.length);
    const finished = this.#taken(earlier.filter(isFinished));
    const unfinished = this.#order.filter((combination) => !finished.has(combination));
    const again = unfinished.length > 0 ? unfinished : this.#order;
    return again.subarray(this.#rng.stream("trial", number).integer(again.length));
  }

  #taken(trials: readonly FrozenTrial[]): ReadonlySet<number> {
    return new Set(
      trials.map((trial) => this.#combinationOf(trial)).filter((combination) => combination !== undefined),
    );
  }

  /** The combination that a trial has drawn; undefined where it has not drawn all, or others than the grid's. */
  #combinationOf(trial: FrozenTrial): number | undefined {
    let combination = 0;
    for (const axis of this.#axes) {
      const place = placeOf(trial, axis);
      if (place === undefined) return undefined;
      combination += place * axis.stride;
    }
    return combination;
  }
}

function isFinished({ state }: FrozenTrial): boolean {
  return state === "complete" || state === "pruned" || state === "failed";
}

function placeIn(combination: number, { values, stride }: Axis): number {
  return Math.floor(combination / stride) % values.length;
}

/** Where the trial's value of the parameter stands; undefined where it has not drawn one, or one that the grid does not have. */
function placeOf({ internals, distributions }: FrozenTrial, { name, places }: Axis): number | undefined {
  const internal = internals.get(name);
  return internal === undefined ? undefined : places.get(fromInternal(distributions.get(name)!, internal));
}

/** Values that are given twice count once. */
function axesOf(grid: unknown): readonly Axis[] {
  if (typeof grid !== "object" || grid === null || Array.isArray(grid) || Object.keys(grid).length === 0) {
    const got = typeof grid === "object" && !Array.isArray(grid) && grid !== null ? "none" : describe(grid);
    throw new InvalidParameterError(`grid of GridSampler must be a record of arrays of values; got ${got}`, "grid");
  }
  let stride = 1;
  return Object.entries(grid).map(([name, given]: [string, unknown]) => {
    if (!Array.isArray(given) || given.length === 0) {
      throw new InvalidParameterError(
        `${name} of GridSampler's grid must be an array of at least one value; got ${describe(given)}`,
        name,
      );
    }
    const values = [...new Set<unknown>(given)];
    const axis = { name, values, places: new Map(values.map((value, place) => [value, place])), stride };
    stride *= values.length;
    return axis;
  });
}

import { InvalidDataError } from "../core/errors.js";
import { isBetter } from "../tune/best-of.js";
import type { FrozenTrial } from "../tune/frozen-trial.js";
import type { StudyView } from "../tune/sampler.js";
import { type FinishedSearch, trialsOf } from "./finished-search.js";
import { written } from "./written.js";

/** Trials with the direction of better values, such as a study or a TpeTuner. */
export type Tuning = Pick<StudyView, "direction" | "trials">;

/** What pictures of a tuning are drawn from: trials, or the candidates of a fitted search. */
export type TuningLike = Tuning | FinishedSearch;

/** Of the pictures of a search or a study. */
export interface TuningPictureOptions {
  /** Default: what the picture shows. */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: the best value and its trial. */
  readonly subtitle?: string;
  /** What the objective gave. Default "Objective value". */
  readonly valueName?: string;
}

/** A trial that is drawn. */
export type ValuedTrial = FrozenTrial & { readonly value: number };

/** Trials with a finite value: those that failed, run or wait are left out. */
export interface DrawnTrials {
  readonly complete: readonly ValuedTrial[];
  /** By what they reported last. */
  readonly pruned: readonly ValuedTrial[];
  /** Null where none is complete; of equals the first. */
  readonly best: ValuedTrial | null;
}

/**
 * Scores of searches are better the larger they are; candidates that were not given all resources are taken for pruned.
 */
export function tuningOf(tuning: TuningLike): Tuning {
  return "cvResults" in tuning ? { direction: "maximize", trials: trialsOf(tuning) } : tuning;
}

/** @throws InvalidDataError if no trial has a value */
export function drawnTrials({ direction, trials }: Tuning, picture: string): DrawnTrials {
  const valued = trials.filter((trial): trial is ValuedTrial => Number.isFinite(trial.value));
  const complete = valued.filter(({ state }) => state === "complete");
  const pruned = valued.filter(({ state }) => state === "pruned");
  if (complete.length + pruned.length === 0) {
    throw new InvalidDataError(
      `trials of ${picture} must hold one with a finite value; got none among ${trials.length}`,
    );
  }
  return { complete, pruned, best: bestSoFar(complete, direction).at(-1) ?? null };
}

/** For each trial, the best of those up to it. */
export function bestSoFar(trials: readonly ValuedTrial[], direction: Tuning["direction"]): ValuedTrial[] {
  let best = trials[0]!;
  return trials.map((trial) => (best = isBetter(trial.value, best.value, direction) ? trial : best));
}

/** "best 0.9721 in trial 37 of 50". */
export function summary({ complete, pruned, best }: DrawnTrials): string {
  const count = complete.length + pruned.length;
  if (best === null) return `${count} pruned ${count === 1 ? "trial" : "trials"}`;
  return `best ${written(best.value)} in trial ${best.number}`;
}

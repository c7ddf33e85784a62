import type { Distribution } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";

export type Direction = "minimize" | "maximize";

/** What samplers and pruners see of a study. */
export interface StudyView {
  readonly name: string;
  readonly direction: Direction;
  /** All trials, in the order of their numbers. */
  readonly trials: readonly FrozenTrial[];
}

/** A drawn value: internal (see `toInternal`), with what it was drawn from. */
export interface Draw {
  readonly distribution: Distribution;
  readonly internal: number;
}

/**
 * Proposes the parameters of trials. What it draws for a trial depends on its seed, the trial's number and the other
 * trials, and on nothing else: it keeps no count of its own, so several processes and a resumed study draw alike.
 */
export interface Sampler {
  /**
   * Makes ready to draw; `createStudy` and `loadStudy` wait for it. May be called again. Left out by samplers that need nothing.
   */
  prepare?(): Promise<void>;
  /**
   * Draws parameters that belong together, before the objective asks for any.
   *
   * @param number of the trial that is drawn for; it is among the study's trials, as a running one
   */
  drawTogether(study: StudyView, number: number): ReadonlyMap<string, Draw>;
  /** Draws one parameter that `drawTogether` did not; an internal number. */
  drawAlone(study: StudyView, number: number, name: string, distribution: Distribution): number;
  /** Whether there is nothing left to draw, so that a study may stop. Left out by samplers that never come to an end. */
  isExhausted?(study: StudyView): boolean;
}

import type { Distribution } from "../model-selection/distributions.js";
import type { FrozenTrial, Json, TrialState } from "./frozen-trial.js";

/** Whether a trial is over: nothing about it changes any more. */
export function isFinished(state: TrialState): boolean {
  return state === "complete" || state === "pruned" || state === "failed";
}

/** A trial as the records so far say; only the log changes it. */
export class LoggedTrial {
  /** Of the study's trials, from 0. */
  readonly number: number;
  state: TrialState = "running";
  /** Who runs it. */
  owner: string | null = null;
  /** Who said that it was over. */
  closedBy: string | null = null;
  /** One for each objective. */
  values: readonly number[] | null = null;
  started: Date | null = null;
  finished: Date | null = null;
  readonly internals = new Map<string, number>();
  readonly distributions = new Map<string, Distribution>();
  readonly intermediate = new Map<number, number>();
  readonly userAttrs = new Map<string, Json>();
  readonly systemAttrs = new Map<string, Json>();
  #frozen: FrozenTrial | null = null;

  constructor(number: number) {
    this.number = number;
  }

  /** To be called after each change. */
  touch(): void {
    this.#frozen = null;
  }

  /** The trial as it is now: the same object until it changes, and for ever once it is finished. */
  freeze(): FrozenTrial {
    this.#frozen ??= Object.freeze({
      number: this.number,
      state: this.state,
      value: this.values?.length === 1 ? this.values[0]! : null,
      internals: this.#kept(this.internals),
      distributions: this.#kept(this.distributions),
      intermediate: this.#kept(this.intermediate),
      userAttrs: this.#kept(this.userAttrs),
      systemAttrs: this.#kept(this.systemAttrs),
      started: this.started,
      finished: this.finished,
    });
    return this.#frozen;
  }

  /** What does not change any more needs no copy. */
  #kept<K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
    return isFinished(this.state) ? map : new Map(map);
  }
}

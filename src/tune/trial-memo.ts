import type { FrozenTrial } from "./frozen-trial.js";

/** Keeps what was read of each trial. Trials are frozen: while a number has the same one, the same is read of it. */
export class TrialMemo<T> {
  readonly #read: (trial: FrozenTrial) => T;
  /** By number, as `#values`. */
  readonly #trials: FrozenTrial[] = [];
  readonly #values: T[] = [];

  constructor(read: (trial: FrozenTrial) => T) {
    this.#read = read;
  }

  of(trial: FrozenTrial): T {
    const { number } = trial;
    if (this.#trials[number] !== trial) {
      this.#values[number] = this.#read(trial);
      this.#trials[number] = trial;
    }
    return this.#values[number]!;
  }
}

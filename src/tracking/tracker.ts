import type { AnyEstimator } from "../core/estimator.js";
import type { RunStatus } from "./records.js";

/** Of `startRun`. */
export interface RunOptions {
  /** The run inside which this one is nested. */
  readonly parent?: Run;
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Names the run for ever: a run started again with the same key, by a process that was killed and restarted, goes on
   * as the same run. Default: a key that nobody else has.
   */
  readonly key?: string;
}

/** Of `model`. */
export interface ModelOptions {
  /** Registers the model under this name. */
  readonly registeredName?: string;
  /** Alias of the new version of the registered model: "champion". Needs `registeredName`. */
  readonly alias?: string;
}

/**
 * A run that is remembered. Nothing here waits and nothing throws for what happens at the store: what is logged goes
 * into a queue, and `tracker.flush()` says what became of it. A key or value that no store would take throws at once.
 */
export interface Run {
  readonly key: string;
  /** Values become text, objects JSON, of at most 6,000 characters. A parameter keeps the first value that it is given. */
  params(values: Readonly<Record<string, unknown>>): void;
  /** `step` counts epochs, trials or folds; default 0. */
  metrics(values: Readonly<Record<string, number>>, step?: number): void;
  /** At most 8,000 characters each are kept. */
  tags(values: Readonly<Record<string, string>>): void;
  /** `path` is relative, with "/" between its parts: "pictures/confusion.svg". */
  artifact(path: string, content: string | Uint8Array): void;
  /** A fitted estimator as an artifact. Rejects where the estimator cannot be saved; what the store does is not awaited. */
  model(name: string, estimator: AnyEstimator, options?: ModelOptions): Promise<void>;
  /** Default "finished". What is logged to a run after its end still counts. */
  end(status?: RunStatus): void;
}

/** What became of what was logged. */
export interface Delivery {
  /** Records that the store has. */
  readonly delivered: number;
  /** Records put by, to be sent later; or that wait in memory still, where there is nowhere to put them by. */
  readonly queued: number;
  /** Records given up: the store refused them, or there was nowhere to put them by. */
  readonly lost: number;
  /** The last thing that went wrong, or null. */
  readonly problem: string | null;
}

/** Takes in runs; what becomes of them is the store's affair. */
export interface Tracker {
  /** Starts a run, or goes on with the one of the same key. */
  startRun(name: string, options?: RunOptions): Run;
  /** Waits until all that was logged is delivered or put by, no longer than the tracker's stated bound. Never rejects. */
  flush(): Promise<Delivery>;
}

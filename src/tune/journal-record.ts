import type { Distribution } from "../model-selection/distributions.js";
import type { Json, TrialState } from "./frozen-trial.js";
import type { Direction } from "./sampler.js";

/** What every record says: who wrote it. No two writers have the same name; a trial's owner is known by it. */
interface By {
  readonly worker: string;
}

/** A study gets the next number, from 0, unless its name is taken: then the record is void. */
export interface CreateStudy extends By {
  readonly op: "create-study";
  readonly name: string;
  readonly directions: readonly Direction[];
}

export interface DeleteStudy extends By {
  readonly op: "delete-study";
  readonly study: number;
}

export interface SetStudyAttr extends By {
  readonly op: "set-study-user-attr" | "set-study-system-attr";
  readonly study: number;
  readonly key: string;
  readonly value: Json;
}

/** A trial gets the next id, from 0, which counts the trials of all studies. Without more it is running, its writer's own. */
export interface CreateTrial extends By {
  readonly op: "create-trial";
  readonly study: number;
  readonly started: Date | null;
  readonly template?: TrialTemplate;
}

/** A trial that is added as it is: one that waits, or one that was finished elsewhere. */
export interface TrialTemplate {
  readonly state: TrialState;
  readonly values: readonly number[] | null;
  readonly finished: Date | null;
  readonly distributions: ReadonlyMap<string, Distribution>;
  readonly internals: ReadonlyMap<string, number>;
  readonly userAttrs: ReadonlyMap<string, Json>;
  readonly systemAttrs: ReadonlyMap<string, Json>;
  readonly intermediate: ReadonlyMap<number, number>;
}

export interface SetTrialParam extends By {
  readonly op: "set-trial-param";
  readonly trial: number;
  readonly name: string;
  readonly internal: number;
  readonly distribution: Distribution;
}

export interface SetTrialState extends By {
  readonly op: "set-trial-state";
  readonly trial: number;
  readonly state: TrialState;
  /** One for each objective; null leaves what is there. */
  readonly values: readonly number[] | null;
  /** When it started running, or was finished. */
  readonly at: Date | null;
}

export interface SetTrialIntermediate extends By {
  readonly op: "set-trial-intermediate";
  readonly trial: number;
  readonly step: number;
  readonly value: number;
}

export interface SetTrialAttr extends By {
  readonly op: "set-trial-user-attr" | "set-trial-system-attr";
  readonly trial: number;
  readonly key: string;
  readonly value: Json;
}

/** One record of a study's journal: the operations of Optuna's JournalStorage. */
export type JournalRecord =
  | CreateStudy
  | DeleteStudy
  | SetStudyAttr
  | CreateTrial
  | SetTrialParam
  | SetTrialState
  | SetTrialIntermediate
  | SetTrialAttr;

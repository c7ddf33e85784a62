/** What the service answers; field names as on the wire. */

export type Label = number | string;

/** A model that is served, of GET /models. */
export interface ModelEntry {
  readonly name: string;
  readonly version: number;
  /** Length of the model file. */
  readonly bytes: number;
  readonly className: string;
  /** Values in a row. */
  readonly features: number;
  readonly classes: readonly Label[] | null;
  /** Of models whose rows are bytes: the value of a step. */
  readonly scale: number | null;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Where the model file is; what is there never changes. */
  readonly url: string;
}

export type Params = Readonly<Record<string, unknown>>;

/** How good a trained model is; of GET /best_model_parameters. */
export interface FamilyResult {
  readonly name: string;
  readonly best_params: Params;
  /** Mean accuracy over the folds. */
  readonly accuracy: number;
  readonly test_accuracy: number;
  readonly test_loss: number;
  readonly roc_auc_score: number;
  readonly recall: number;
}

/** By model name; and once more the best, under "best_model". */
export type BestParameters = Readonly<Record<string, FamilyResult>>;

/** Rows: the true digit; columns: the predicted one. */
export type Confusion = readonly (readonly number[])[];

export interface GridSearch {
  readonly param: Readonly<Record<string, readonly unknown[]>>;
  readonly n_jobs: number;
  readonly cv: number;
}

/** The body of POST /training. */
export interface TrainingSpec {
  readonly use_small_dataset: boolean;
  readonly grid_search_params: Readonly<Record<string, GridSearch>>;
}

export interface TrainingStatus {
  readonly id: string;
  readonly state: "running" | "completed" | "failed" | "cancelled" | "timed-out";
  readonly spec: TrainingSpec;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** How often it went on after a kill. */
  readonly resumed: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What a training tells, by the type of the event. */
export interface TrainingEvents {
  "training-started": {
    readonly families: readonly string[];
    /** By family. */
    readonly folds: Readonly<Record<string, number>>;
    readonly candidates: Readonly<Record<string, number>>;
    readonly rows: number;
  };
  "family-started": { readonly family: string; readonly candidates: number; readonly folds: number };
  "fold-scored": { readonly family: string; readonly candidate: number; readonly fold: number };
  "candidate-scored": {
    readonly family: string;
    readonly candidate: number;
    readonly params: Params;
    /** Null where the candidate failed. */
    readonly meanScore: number | null;
    readonly done: number;
    readonly candidates: number;
    readonly best: { readonly candidate: number; readonly score: number; readonly params: Params } | null;
  };
  "family-finished": FamilyResult & {
    readonly family: string;
    readonly seconds: number;
    readonly confusion: Confusion;
  };
  epoch: { readonly family: string; readonly epoch: number; readonly loss: number; readonly accuracy: number | null };
  "ensemble-finished": {
    readonly accuracy: number;
    readonly recall: number;
    readonly precision: number;
    readonly f1_score: number;
    readonly confusion: Confusion;
  };
  published: { readonly models: readonly { readonly name: string; readonly version: number }[] };
  log: { readonly message: string };
}

export type TrainingEvent = {
  [Type in keyof TrainingEvents]: { readonly id: number; readonly type: Type; readonly data: TrainingEvents[Type] };
}[keyof TrainingEvents];

/** A list that the compiler keeps complete. */
const types: Readonly<Record<keyof TrainingEvents, true>> = {
  "training-started": true,
  "family-started": true,
  "fold-scored": true,
  "candidate-scored": true,
  "family-finished": true,
  epoch: true,
  "ensemble-finished": true,
  published: true,
  log: true,
};

export const TRAINING_EVENT_TYPES = Object.keys(types) as readonly (keyof TrainingEvents)[];

import type { Label } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";

/** One version of a model that is loaded, verified and warm. */
export interface ServedModel {
  readonly name: string;
  /** Its number in the store, from 1. */
  readonly version: number;
  /** Of the model file, in hexadecimal. */
  readonly sha256: string;
  /** Length of the model file. */
  readonly bytes: number;
  /** The estimator's class: "RandomForestClassifier". */
  readonly className: string;
  /** Values in a row. */
  readonly features: number;
  /** Of a classifier, sorted; null for others. */
  readonly classes: readonly Label[] | null;
  readonly hasProbabilities: boolean;
  /**
   * Of a model that was fitted on bytes with a scale: its rows are integers from 0 to 255, each of which stands for `byte * scale`; see
   * `scale` of Matrix. Null where values are what they are. From `facts.scale`.
   */
  readonly scale: number | null;
  /** What its maker said of it: metrics, parameters. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Of `predict`. */
export interface PredictOptions {
  /** Default: the current one. */
  readonly version?: number;
  /** Also the probabilities of a classifier. Default false. */
  readonly probabilities?: boolean;
  /** Seconds within which the answer is of use. Default: the service's. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

/** What a model says of some rows. */
export interface Prediction {
  /** The version that answered. */
  readonly model: ServedModel;
  /** A label or a number for each row. */
  readonly labels: readonly Label[] | Float64Array;
  /** Rows x classes; null where it was not asked for or the model has none. */
  readonly probabilities: Matrix | null;
}

/** The models of a service. They live and predict on a thread of their own; at most so many rows wait for it. */
export interface ServedModels {
  /** The current version of each model, by name. */
  list(): readonly ServedModel[];
  /** @throws RequestError 404 MODEL_NOT_FOUND; 503 MODEL_NOT_READY for a name that is expected but has no model yet */
  current(name: string): ServedModel;
  /** Versions that are loaded, newest first; empty for an unknown name. */
  versions(name: string): readonly ServedModel[];
  /** @throws RequestError 400 BAD_SHAPE; 404; 503 QUEUE_FULL, DRAINING or DEADLINE with Retry-After */
  predict(name: string, X: Matrix, options?: PredictOptions): Promise<Prediction>;
  /**
   * Loads the version that the store calls current, or a given one, verifies it, predicts with it once to warm it up, and only then
   * serves it. What cannot be loaded changes nothing.
   */
  load(name: string, version?: number): Promise<ServedModel>;
}

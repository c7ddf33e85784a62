import { InvalidModelError } from "../core/errors.js";
import type { Weights } from "../neural/backend.js";
import type { Layer } from "../neural/layers.js";
import type { Network, Shape } from "../neural/network.js";

/** A weight as model.json lists it. */
export interface TfjsWeightSpec {
  /** "dense_1/kernel". */
  readonly name: string;
  readonly shape: number[];
  readonly dtype: "float32";
}

/** A model as tfjs holds it in memory: what `tf.io.fromMemory` takes, and what save handlers are given. */
export interface TfjsModelArtifacts {
  /** Keras 2's configuration of the layers. */
  readonly modelTopology: { readonly [key: string]: unknown };
  readonly format: "layers-model";
  readonly generatedBy: string;
  readonly convertedBy: null;
  /** In the order of the values in `weightData`. */
  readonly weightSpecs: TfjsWeightSpec[];
  /** f32, little-endian, one weight after the other. */
  readonly weightData: ArrayBuffer;
}

/** What tfjs's own type, `tf.io.ModelArtifacts`, says of a model: anything may be missing. All of it is checked. */
export type TfjsModelGiven = { readonly [part in keyof TfjsModelArtifacts]?: unknown };

/** The files of a model by their names: the text of model.json, and the bytes of those that it names. */
export interface TfjsModelFiles {
  readonly "model.json": string;
  readonly [path: string]: string | Uint8Array;
}

/** What a model of tfjs is here. */
export interface NetworkWithWeights {
  /** Of one row, without the batch. */
  readonly inputShape: Shape;
  /** As an estimator takes them; the last one has its units. */
  readonly layers: readonly Layer[];
  readonly network: Network;
  /** In the order of the network's layers. */
  readonly weights: Weights;
}

/** What Keras calls the weights that we call so. */
export const KERAS_WEIGHTS: Readonly<Record<string, string>> = {
  kernel: "kernel",
  bias: "bias",
  gamma: "gamma",
  beta: "beta",
  movingMean: "moving_mean",
  movingVariance: "moving_variance",
};

export const SUBJECT = "the tfjs model";

export const unsupported = (what: string): InvalidModelError =>
  new InvalidModelError(`${SUBJECT} cannot be read: ${what}`);

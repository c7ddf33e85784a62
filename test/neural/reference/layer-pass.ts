import type { Layer } from "../../../src/neural/layers.js";
import type { NetworkLayer } from "../../../src/neural/network.js";

/** What a batch that is learnt from brings along. */
export interface TrainingMode {
  /** Of each layer, by its number. */
  readonly dropoutKeys: ArrayLike<number>;
  /** Rows of the epoch before the batch. */
  readonly rowsBefore: number;
}

/** The values of a batch on their way into a layer: rows x the layer's inputShape, row-major. */
export interface LayerInput<L extends Layer = Layer> {
  readonly layer: NetworkLayer;
  readonly spec: L;
  /** The layer's number in the network. */
  readonly at: number;
  readonly weights: readonly Float64Array[];
  readonly rows: number;
  readonly values: Float64Array;
  /** Null while a finished network answers. */
  readonly training: TrainingMode | null;
}

export interface LayerGradients {
  readonly inputs: Float64Array;
  /** Of the layer's trainable arrays, in their order. */
  readonly weights: readonly Float64Array[];
}

/** What a layer made of a batch, and how gradients find their way back through it. */
export interface LayerPass {
  readonly outputs: Float64Array;
  /** What the layer's other arrays become, in their order. */
  readonly moved: readonly Float64Array[];
  /** The gradient with respect to the outputs, taken to the inputs and the weights. */
  backward(gradient: Float64Array): LayerGradients;
}

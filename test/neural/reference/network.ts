import type { Activation, Layer } from "../../../src/neural/layers.js";
import type { Loss } from "../../../src/neural/losses.js";
import { type Network, type NetworkLayer, weightsOf } from "../../../src/neural/network.js";
import { activate, activationGradient } from "./activations.js";
import { batchNormalization } from "./batch-normalization.js";
import { conv2d } from "./convolution.js";
import { dense } from "./dense.js";
import { dropout } from "./dropout.js";
import type { LayerInput, LayerPass, TrainingMode } from "./layer-pass.js";
import { isOfScores, type RowLoss, rowLoss } from "./losses.js";
import { averagePooling2d, globalAveragePooling2d, maxPooling2d } from "./pooling.js";

/** The layers of a type; both kinds of pooling share one. */
type LayerOf<T extends Layer["type"], L extends Layer = Layer> = L extends Layer
  ? T extends L["type"]
    ? L
    : never
  : never;

/** What each type of layers does to a batch, its activation left out. */
export type Passes = { readonly [T in Layer["type"]]: (input: LayerInput<LayerOf<T>>) => LayerPass };

const unchanged = ({ values }: LayerInput): LayerPass => ({
  outputs: values,
  moved: [],
  backward: (inputs) => ({ inputs, weights: [] }),
});

export const PASSES: Passes = {
  dense,
  conv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  flatten: unchanged,
  dropout,
  batchNormalization,
  activation: unchanged,
  reshape: unchanged,
};

/** Rows of a network's inputs, row-major. */
export interface Batch {
  readonly rows: number;
  readonly values: Float64Array;
}

export interface LabelledBatch extends Batch {
  readonly targets: ArrayLike<number>;
  /** One a row. */
  readonly rowWeights: ArrayLike<number>;
}

export interface BatchGradients {
  /** Of each row, not weighted. */
  readonly rowLosses: readonly RowLoss[];
  /** Sum of weight * loss / rows: what the gradients are of. */
  readonly loss: number;
  /** Of each array of `weightsOf(network)`; null of those that no gradient changes. */
  readonly gradients: readonly (Float64Array | null)[];
  /** With respect to the batch's values. */
  readonly inputs: Float64Array;
  /** What the others become; null for those that gradients change. */
  readonly moved: readonly (Float64Array | null)[];
}

/** What a network answers: rows x its outputs. */
export function outputsOf(
  network: Network,
  weights: readonly Float64Array[],
  batch: Batch,
  training: TrainingMode | null = null,
  passes: Passes = PASSES,
): Float64Array {
  return forward(network, weights, batch, training, passes, null).at(-1)!.pass.outputs;
}

/** Sum of weight * loss / rows of a batch that is learnt from. */
export function lossOfBatch(
  network: Network,
  weights: readonly Float64Array[],
  loss: Loss,
  batch: LabelledBatch,
  training: TrainingMode,
): number {
  return meanOf(lossesAtEnd(network, weights, loss, batch, training, PASSES).rowLosses, batch);
}

/** That loss and its gradients, by the chain rule from the last layer to the first. */
export function gradientsOf(
  network: Network,
  weights: readonly Float64Array[],
  loss: Loss,
  batch: LabelledBatch,
  training: TrainingMode,
  passes: Passes = PASSES,
): BatchGradients {
  const { taken, rowLosses } = lossesAtEnd(network, weights, loss, batch, training, passes);
  let gradient: Float64Array = Float64Array.from(
    rowLosses.flatMap((row, i) => row.gradient.map((g) => (batch.rowWeights[i]! * g) / batch.rows)),
  );
  const gradients: (Float64Array | null)[] = weights.map(() => null);
  const moved: (Float64Array | null)[] = weights.map(() => null);
  for (const { pass, trainable, others } of taken.toReversed()) {
    const back = pass.backward(gradient);
    for (const [n, at] of trainable.entries()) gradients[at] = back.weights[n]!;
    for (const [n, at] of others.entries()) moved[at] = pass.moved[n]!;
    gradient = back.inputs;
  }
  return { rowLosses, loss: meanOf(rowLosses, batch), gradients, inputs: gradient, moved };
}

const meanOf = (rowLosses: readonly RowLoss[], { rows, rowWeights }: LabelledBatch): number =>
  rowLosses.reduce((total, row, i) => total + rowWeights[i]! * row.loss, 0) / rows;

function lossesAtEnd(
  network: Network,
  weights: readonly Float64Array[],
  loss: Loss,
  batch: LabelledBatch,
  training: TrainingMode,
  passes: Passes,
): { readonly taken: readonly Taken[]; readonly rowLosses: readonly RowLoss[] } {
  const taken = forward(network, weights, batch, training, passes, isOfScores(loss) ? lastActivated(network) : null);
  const ends = taken.at(-1)!.pass.outputs;
  const endsOf = (row: number) => Array.from(ends.subarray(row * network.outputs, (row + 1) * network.outputs));
  return {
    taken,
    rowLosses: Array.from({ length: batch.rows }, (_, i) => rowLoss(loss, endsOf(i), batch.targets[i]!)),
  };
}

/** A step of the way through a network: a layer without its activation, or an activation. */
interface Taken {
  readonly pass: LayerPass;
  /** Positions of its weights in `weightsOf(network)`. */
  readonly trainable: readonly number[];
  readonly others: readonly number[];
}

function forward(
  network: Network,
  weights: readonly Float64Array[],
  { rows, values: inputs }: Batch,
  training: TrainingMode | null,
  passes: Passes,
  /** The layer whose activation is left out. */
  unactivated: NetworkLayer | null,
): Taken[] {
  const specs = weightsOf(network);
  const taken: Taken[] = [];
  let values = inputs;
  const take = (pass: LayerPass, positions: readonly number[]) => {
    const isTrainable = (at: number) => specs[at]!.trainable;
    taken.push({
      pass,
      trainable: positions.filter(isTrainable),
      others: positions.filter((at) => !isTrainable(at)),
    });
    values = pass.outputs;
  };
  let first = 0;
  for (const [at, layer] of network.layers.entries()) {
    const { spec } = layer;
    const positions = layer.weights.map((_, n) => first + n);
    first += positions.length;
    const own = positions.map((position) => weights[position]!);
    const pass = passes[spec.type] as (input: LayerInput) => LayerPass;
    take(pass({ layer, spec, at, weights: own, rows, values, training }), positions);
    if ("activation" in spec && layer !== unactivated) take(activated(spec.activation, layer, values), []);
  }
  return taken;
}

function activated(activation: Activation, layer: NetworkLayer, values: Float64Array): LayerPass {
  const channels = layer.outputShape.at(-1)!;
  return {
    outputs: activate(activation, values, channels),
    moved: [],
    backward: (gradient) => ({ inputs: activationGradient(activation, values, channels, gradient), weights: [] }),
  };
}

/** The layer whose activation ends a network: only shapes may change after it. */
function lastActivated(network: Network): NetworkLayer {
  const layer = network.layers.findLast(({ spec }) => spec.type !== "flatten" && spec.type !== "reshape");
  if (layer === undefined || !("activation" in layer.spec)) throw new Error("a crossentropy needs a last activation");
  if (layer.spec.activation === "softmax" && layer.outputShape.at(-1) !== network.outputs) {
    throw new Error("a softmax over the channels of several places is no distribution over all outputs");
  }
  return layer;
}

import { InvalidModelError, InvalidParameterError } from "../core/errors.js";
import {
  arrayOf,
  listOf,
  nullOr,
  recordOf,
  requireShape,
  type Shape as ShapeRule,
  thatIs,
} from "../core/model-shape.js";
import { describe } from "../core/to-matrix.js";
import type { Layer } from "./layers.js";
import { type Loss, lossMisfit } from "./losses.js";
import { type Network, networkOf, showShape, sizeOf, type WeightSpec, weightsOf } from "./network.js";

/** Loss and metrics after each epoch, by name: "loss", "accuracy", "valLoss", "valAccuracy". */
export type History = Readonly<Record<string, Float64Array>>;

/** State of a fitted network. */
export interface NeuralModel {
  /** Of one row, without the batch. */
  readonly inputShape: readonly number[];
  /** As they were placed: units of the last one are a number. */
  readonly layers: readonly Layer[];
  /** The network, where a backend brought it; null where it is made of layers. */
  readonly brought: Network | null;
  /** In the order and the layout of Keras. */
  readonly weights: readonly Float32Array[];
  /** One value an epoch, by name: `loss`, `accuracy`, `val_loss`. */
  readonly history: History;
  /** The epoch, from 0, that was best by early stopping, whose weights these are where it restores them; null without it. */
  readonly bestEpoch: number | null;
}

/** The network of a fitted model. */
export const networkOfModel = ({ layers, brought, inputShape }: NeuralModel, owner: string): Network =>
  brought ?? networkOf(layers, inputShape, 1, owner);

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const plainRecord = thatIs(
  "a record",
  (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype,
);

const sizes = listOf(thatIs("an integer >= 1", (value) => isCount(value) && value !== 0));
const text = thatIs("a string", (value) => typeof value === "string");
const weightShape = recordOf({
  name: text,
  shape: sizes,
  trainable: thatIs("true or false", (value) => typeof value === "boolean"),
});
const broughtShape = recordOf({
  inputShape: sizes,
  layers: listOf(
    recordOf({
      name: text,
      spec: recordOf({ type: text, activation: text }),
      inputShape: sizes,
      outputShape: sizes,
      weights: listOf(weightShape),
    }),
    1,
  ),
  outputs: thatIs("an integer >= 1", (value) => isCount(value) && value !== 0),
  topology: text,
});

/**
 * @param ends - what the network may end in: what a loss needs, and of how many numbers
 * @throws InvalidModelError if the layers do not fit together, or the weights or the answers do not fit them
 */
export function validateNeural(
  owner: string,
  model: NeuralModel,
  nFeatures: number,
  ends: readonly (readonly [loss: Loss, outputs: number])[],
): void {
  const history: ShapeRule = (value) =>
    plainRecord(value) ?? listOf(arrayOf(Float64Array))(Object.values(value as object));
  const shape = recordOf({
    inputShape: sizes,
    layers: listOf(plainRecord),
    brought: nullOr(broughtShape),
    weights: listOf(arrayOf(Float32Array, undefined, Number.isFinite)),
    history,
    bestEpoch: nullOr(thatIs("an integer >= 0", isCount)),
  });
  requireShape(owner, model, shape);
  const damaged = (what: string) => new InvalidModelError(`the stored model of ${owner} is damaged: ${what}`);
  if (sizeOf(model.inputShape) !== nFeatures)
    throw damaged(`its inputs are ${sizeOf(model.inputShape)} instead of ${nFeatures}`);
  const network = fittingNetwork(model, owner, damaged);
  const misfits = ends.map(([loss, outputs]) => lossMisfit(loss, network, outputs));
  if (!misfits.includes(null)) throw damaged(misfits[0]!);
  const misfit = misfitOfWeights(weightsOf(network), model.weights);
  if (misfit !== null) throw damaged(misfit);
}

/** What is wrong with weights of a network, but for NaN and infinities: "dense_1/kernel has 3 values instead of 4". */
export function misfitOfWeights(specs: readonly WeightSpec[], weights: readonly ArrayLike<number>[]): string | null {
  if (!Array.isArray(weights)) return `the weights are ${describe(weights)} instead of a list of arrays`;
  if (specs.length !== weights.length)
    return `there are ${weights.length} arrays of weights instead of ${specs.length}`;
  for (const [i, { name, shape }] of specs.entries()) {
    const given: ArrayLike<number> | null | undefined = weights[i];
    const size = sizeOf(shape);
    if (typeof given !== "object" || given === null) return `${name} is ${describe(given)} instead of ${size} values`;
    if (given.length !== size) return `${name} has ${given.length} values instead of ${size}, ${showShape(shape)}`;
    if (name.endsWith("movingVariance") && Array.prototype.some.call(given, (value: number) => value < 0))
      return `${name} holds a negative variance`;
  }
  return null;
}

function fittingNetwork(model: NeuralModel, owner: string, damaged: (what: string) => Error): Network {
  try {
    return networkOfModel(model, owner);
  } catch (error) {
    if (error instanceof InvalidParameterError) throw damaged(error.message);
    throw error;
  }
}

/** The layers as a table: names, shapes of their outputs, numbers of weights. */
export function summaryOf(network: Network): string {
  const count = (weights: readonly { readonly shape: readonly number[] }[]) =>
    weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const all = weightsOf(network);
  const rows = network.layers.map(({ name, outputShape, weights }) => [
    name,
    `[${outputShape.join(", ")}]`,
    count(weights).toLocaleString("en"),
  ]);
  const table = [["layer", "output", "weights"], ["input", `[${network.inputShape.join(", ")}]`, "0"], ...rows];
  const widths = [0, 1, 2].map((j) => Math.max(...table.map((row) => row[j]!.length)));
  const lines = table.map(
    ([name, shape, weights]) =>
      `${name!.padEnd(widths[0]!)}   ${shape!.padEnd(widths[1]!)}   ${weights!.padStart(widths[2]!)}`,
  );
  const learnt = count(all.filter(({ trainable }) => trainable));
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width, 6));
  const fixed = count(all) - learnt;
  const total = `${learnt.toLocaleString("en")} weights are learnt${fixed === 0 ? "" : `, ${fixed.toLocaleString("en")} kept beside them`}`;
  return [lines[0], rule, ...lines.slice(1), rule, total].join("\n");
}

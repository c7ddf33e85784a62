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
import type { Layer } from "./layers.js";
import { type Network, networkOf, sizeOf, weightsOf } from "./network.js";

/** Loss and metrics after each epoch, by name: "loss", "accuracy", "valLoss", "valAccuracy". */
export type History = Readonly<Record<string, Float64Array>>;

/** State of a fitted network. */
export interface NeuralModel {
  readonly inputShape: readonly number[];
  /** As they were placed: units of the last one are a number. */
  readonly layers: readonly Layer[];
  /** In the order and the layout of Keras. */
  readonly weights: readonly Float32Array[];
  readonly history: History;
  /** The epoch, from 0, whose weights these are; null without early stopping. */
  readonly bestEpoch: number | null;
}

/** The network of a fitted model. */
export const networkOfModel = ({ layers, inputShape }: NeuralModel, owner: string): Network =>
  networkOf(layers, inputShape, 1, owner);

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const plainRecord = thatIs(
  "a record",
  (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype,
);

/** @throws InvalidModelError if the layers do not fit together, or the weights or the answers do not fit them */
export function validateNeural(owner: string, model: NeuralModel, nFeatures: number, outputs: readonly number[]): void {
  const size = thatIs("an integer >= 1", (value) => isCount(value) && value !== 0);
  const history: ShapeRule = (value) =>
    plainRecord(value) ?? listOf(arrayOf(Float64Array))(Object.values(value as object));
  const shape = recordOf({
    inputShape: listOf(size),
    layers: listOf(plainRecord),
    weights: listOf(arrayOf(Float32Array, undefined, Number.isFinite)),
    history,
    bestEpoch: nullOr(thatIs("an integer >= 0", isCount)),
  });
  requireShape(owner, model, shape);
  const damaged = (what: string) => new InvalidModelError(`the stored model of ${owner} is damaged: ${what}`);
  if (sizeOf(model.inputShape) !== nFeatures)
    throw damaged(`its inputs are ${sizeOf(model.inputShape)} instead of ${nFeatures}`);
  const network = fittingNetwork(model, owner, damaged);
  if (!outputs.includes(network.outputs))
    throw damaged(`it answers ${network.outputs} numbers instead of ${outputs[0]}`);
  const specs = weightsOf(network);
  if (specs.length !== model.weights.length)
    throw damaged(`it has ${model.weights.length} arrays of weights instead of ${specs.length}`);
  for (const [i, spec] of specs.entries()) {
    const { length } = model.weights[i]!;
    if (length !== sizeOf(spec.shape))
      throw damaged(`its ${spec.name} has ${length} values instead of ${sizeOf(spec.shape)}`);
    if (spec.name.endsWith("movingVariance") && model.weights[i]!.some((value) => value < 0))
      throw damaged(`its ${spec.name} holds a negative variance`);
  }
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

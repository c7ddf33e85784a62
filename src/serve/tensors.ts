import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import type { InferInput } from "./inference-schemas.js";
import { RequestError } from "./request-error.js";
import type { Prediction, ServedModel } from "./served-models.js";
import { toRows } from "./to-rows.js";

/** A tensor without its data, as metadata describe it; -1 stands for any number of rows. */
export interface TensorShape {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** The name of every model's only input. */
export const INPUT = "input";

const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  UINT8: [0, 255],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

export function inputsOf({ features, scale }: ServedModel): readonly TensorShape[] {
  return [{ name: INPUT, datatype: scale === null ? "FP64" : "UINT8", shape: [-1, features] }];
}

/** A classifier answers labels and, if it has them, probabilities; all others numbers. */
export function outputsOf({ classes, hasProbabilities }: ServedModel): readonly TensorShape[] {
  if (classes === null) return [{ name: "prediction", datatype: "FP64", shape: [-1] }];
  const label = { name: "label", datatype: datatypeOf(classes), shape: [-1] };
  return hasProbabilities ? [label, { name: "probability", datatype: "FP64", shape: [-1, classes.length] }] : [label];
}

function datatypeOf(classes: readonly Label[]): string {
  if (typeof classes[0] === "string") return "BYTES";
  if (typeof classes[0] === "boolean") return "BOOL";
  return classes.every(Number.isInteger) ? "INT64" : "FP64";
}

/**
 * The rows of an input tensor, whose data may be flat or nested.
 *
 * @throws RequestError 400 naming what does not fit
 */
export function rowsOf(input: InferInput, model: ServedModel, maxRows: number): Matrix {
  const { features } = model;
  const { shape, datatype, data } = input;
  const path = ["inputs", 0, "data"];
  if (input.name !== INPUT) {
    throw new RequestError(400, "UNKNOWN_INPUT", `the model's only input is named ${INPUT}`, {
      path: ["inputs", 0, "name"],
    });
  }
  const [rows, width] = shape;
  if (shape.length !== 2 || width !== features) {
    const message = `shape must be [rows, ${features}]; got [${shape.join(", ")}]`;
    throw new RequestError(400, "BAD_SHAPE", message, { path: ["inputs", 0, "shape"] });
  }
  const isNested = data.shape.length === 2;
  if (data.values.length !== rows! * width || (isNested && data.shape[0] !== rows)) {
    const message = `shape [${shape.join(", ")}] needs ${rows! * width} values; data has ${data.shape.join(" x ")}`;
    throw new RequestError(400, "BAD_SHAPE", message, { path });
  }
  const table = { shape: [rows!, width] as const, values: data.values };
  const X = toRows(table, model, { maxRows, path, integers: INTEGERS[datatype] });
  return datatype === "FP32" && model.scale === null ? inFloats(X) : X;
}

function inFloats({ data, rows, cols }: Matrix): Matrix {
  const narrow = Float32Array.from(data);
  const wrong = narrow.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return new Matrix(narrow, rows, cols);
  const [row, column] = [Math.floor(wrong / cols), wrong % cols];
  const message = `row ${row}, column ${column} of data is too large for FP32`;
  throw new RequestError(400, "OUT_OF_RANGE", message, { path: ["inputs", 0, "data"] });
}

/** The tensors of these names. */
export function tensorsOf({ model, labels, probabilities }: Prediction, names: ReadonlySet<string>): readonly object[] {
  return outputsOf(model)
    .filter(({ name }) => names.has(name))
    .map(({ name, datatype, shape }) => {
      const values = name === "probability" ? probabilities!.data : labels;
      return { name, datatype, shape: [labels.length, ...shape.slice(1)], data: Array.from<unknown>(values as never) };
    });
}

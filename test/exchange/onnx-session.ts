import * as ort from "onnxruntime-web";
import type { AnyEstimator } from "../../src/core/estimator.js";
import type { Label } from "../../src/core/labels.js";
import { Matrix } from "../../src/core/matrix.js";
import { toOnnx } from "../../src/exchange/onnx.js";

ort.env.wasm.numThreads = 1;

/** What onnxruntime answers, by the names of the model's outputs. */
export interface Answers {
  readonly label?: readonly (number | string)[];
  readonly probabilities?: Float32Array;
  readonly prediction?: Float32Array;
  readonly transformed?: Float32Array;
}

/** What an estimator's ONNX answers to each of the tables, in onnxruntime. */
export async function inOnnx(
  estimator: AnyEstimator,
  ...tables: readonly (Matrix | readonly (readonly Label[])[])[]
): Promise<Answers[]> {
  const session = await ort.InferenceSession.create(await toOnnx(estimator));
  try {
    const answers: Answers[] = [];
    for (const X of tables) {
      const outputs = await session.run(X instanceof Matrix ? { X: tensor(X) } : columns(X, session.inputNames));
      answers.push(
        Object.fromEntries(
          session.outputNames.map((name) => [name, name === "label" ? labels(outputs[name]!) : outputs[name]!.data]),
        ),
      );
    }
    return answers;
  } finally {
    await session.release();
  }
}

const tensor = (X: Matrix) => new ort.Tensor("float32", Float32Array.from(X.toFloat64()), [X.rows, X.cols]);

/** Rows of any cells as the inputs of these names: "X" for all columns, "x2" for one. Missing strings go in as "". */
function columns(rows: readonly (readonly Label[])[], names: readonly string[]): Record<string, ort.Tensor> {
  const inputs = names.map((name) => {
    const read = rows.map((row) => (name === "X" ? row : [row[Number(name.slice(1))]!]));
    const shape = [rows.length, read[0]!.length];
    const cells = read.flat();
    if (!cells.some((cell) => typeof cell === "string")) {
      return [name, new ort.Tensor("float32", Float32Array.from(cells, Number), shape)] as const;
    }
    const texts = cells.map((cell) => (Number.isNaN(cell) ? "" : (cell as string)));
    return [name, new ort.Tensor("string", texts, shape)] as const;
  });
  return Object.fromEntries(inputs);
}

/** int64 come as BigInts. */
const labels = ({ data }: ort.Tensor) =>
  Array.from(data as ArrayLike<bigint | string>, (label) => (typeof label === "bigint" ? Number(label) : label));

import * as ort from "onnxruntime-web";
import type { AnyEstimator } from "../../src/core/estimator.js";
import type { Matrix } from "../../src/core/matrix.js";
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
export async function inOnnx(estimator: AnyEstimator, ...tables: readonly Matrix[]): Promise<Answers[]> {
  const session = await ort.InferenceSession.create(await toOnnx(estimator));
  try {
    const answers: Answers[] = [];
    for (const X of tables) {
      const values = Float32Array.from(X.toFloat64());
      const outputs = await session.run({ X: new ort.Tensor("float32", values, [X.rows, X.cols]) });
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

/** int64 come as BigInts. */
const labels = ({ data }: ort.Tensor) =>
  Array.from(data as ArrayLike<bigint | string>, (label) => (typeof label === "bigint" ? Number(label) : label));

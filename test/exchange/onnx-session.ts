import * as ort from "onnxruntime-web";
import type { AnyEstimator } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { toOnnx } from "../../src/exchange/onnx.js";

ort.env.wasm.numThreads = 1;

/** What onnxruntime answers: labels as numbers or strings, and tables. */
export interface Answers {
  readonly label?: readonly (number | string)[];
  readonly probabilities?: Float32Array;
  readonly prediction?: Float32Array;
  readonly transformed?: Float32Array;
}

/** What the ONNX of an estimator answers to rows, in onnxruntime. */
export async function answersOf(estimator: AnyEstimator, X: Matrix): Promise<Answers> {
  return run(await toOnnx(estimator), X);
}

export async function run(bytes: Uint8Array, X: Matrix): Promise<Answers> {
  const session = await ort.InferenceSession.create(bytes);
  try {
    const input = new ort.Tensor("float32", Float32Array.from(X.toFloat64()), [X.rows, X.cols]);
    const outputs = await session.run({ X: input });
    return Object.fromEntries(
      session.outputNames.map((name) => {
        const { data } = outputs[name]!;
        return [name, name === "label" ? Array.from(data as never, (label) => (typeof label === "bigint" ? Number(label) : label)) : data];
      }),
    );
  } finally {
    await session.release();
  }
}

/** The same values in f32, as ONNX takes them. */
export const single = (X: Matrix): Matrix => new Matrix(Float32Array.from(X.toFloat64()), X.rows, X.cols);

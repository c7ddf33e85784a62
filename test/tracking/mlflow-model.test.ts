import { describe, expect, it } from "vitest";
import type { AnyEstimator } from "../../src/core/estimator.js";
import { LinearRegression, LogisticRegression, OneHotEncoder, OrdinalEncoder, Pipeline } from "../../src/index.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { mlflowModelFiles } from "../../src/tracking/mlflow-model.js";

const options = { pool: inlinePool() };

/** What MLflow is told of the tensors of a model. */
async function signatureOf(estimator: AnyEstimator) {
  const { MLmodel } = await mlflowModelFiles(estimator);
  const { signature } = JSON.parse(new TextDecoder().decode(MLmodel as Uint8Array));
  return { inputs: JSON.parse(signature.inputs), outputs: JSON.parse(signature.outputs) };
}

const tensor = (dtype: string, shape: readonly number[]) => ({ type: "tensor", "tensor-spec": { dtype, shape } });

describe("The signature of a model for MLflow", () => {
  it("is of one table without a name, which a bare array is taken for.", async () => {
    const regressor = await new LinearRegression().fit([[1, 2], [2, 2], [5, 3]], [1, 2, 3], options); // biome-ignore format: a table
    expect(await signatureOf(regressor)).toEqual({
      inputs: [tensor("float64", [-1, 2])],
      outputs: [{ name: "prediction", ...tensor("float32", [-1, 1]) }],
    });
    const classifier = await new LogisticRegression().fit([[1], [2]], ["no", "yes"], options);
    expect((await signatureOf(classifier)).outputs).toEqual([
      { name: "label", ...tensor("str", [-1]) },
      { name: "probabilities", ...tensor("float32", [-1, 2]) },
    ]);
  });

  it("is of a column each, by name, where some are strings.", async () => {
    const encoder = new Pipeline({ steps: [["code", new OrdinalEncoder()], ["columns", new OneHotEncoder()]] }); // biome-ignore format: one list
    await encoder.fit([["red", 1], ["blue", 2]], null, options); // biome-ignore format: a table
    expect(await signatureOf(encoder)).toEqual({
      inputs: [
        { name: "x0", ...tensor("str", [-1, 1]) },
        { name: "x1", ...tensor("float64", [-1, 1]) },
      ],
      outputs: [{ name: "transformed", ...tensor("float32", [-1, 4]) }],
    });
  });
});

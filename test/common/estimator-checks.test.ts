import { describe, expect, it } from "vitest";
import { Classifier } from "../../src/core/classifier.js";
import type { FittedWith, TrainingData } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { integer, type Schema } from "../../src/core/params.js";
import type { LabelTarget } from "../../src/core/target.js";
import { CheckPools, estimatorChecks } from "../../src/testing.js";

interface MeanParams {
  readonly power: number;
}
interface MeanState {
  readonly means: Float64Array;
}

const schema: Schema<MeanParams> = { power: integer(2, { min: 1, max: 8 }) };

/** The class whose mean is nearest; right in every way, so that subclasses may each be wrong in one. */
class NearestMean extends Classifier<MeanParams, MeanState> {
  constructor(params: Partial<MeanParams> = {}) {
    super({ name: "NearestMean", schema }, params);
  }

  override learn({ X, y }: TrainingData): MeanState {
    const { classes, codes } = y as LabelTarget;
    const means = new Float64Array(classes.length * X.cols);
    const counts = new Float64Array(classes.length);
    for (const [row, code] of codes.entries()) {
      counts[code]! += 1;
      for (let j = 0; j < X.cols; j++) means[code * X.cols + j]! += X.at(row, j);
    }
    return { means: means.map((sum, k) => sum / counts[Math.floor(k / X.cols)]!) };
  }

  override infer({ model, classes, params }: FittedWith<MeanParams, MeanState>, X: Matrix): Matrix {
    const k = classes!.length;
    const data = new Float64Array(X.rows * k);
    for (let row = 0; row < X.rows; row++) {
      const nearness = Array.from({ length: k }, (_, code) => {
        let distance = 0;
        for (let j = 0; j < X.cols; j++)
          distance += Math.abs((X.at(row, j) - model.means[code * X.cols + j]!) / 16) ** params.power;
        return 1 / (1e-3 + Math.min(distance, 1e9));
      });
      const sum = nearness.reduce((a, b) => a + b, 0);
      for (let code = 0; code < k; code++) data[row * k + code] = nearness[code]! / sum;
    }
    return new Matrix(data, X.rows, k);
  }
}

/** The names of the checks that fail. */
async function failures(Class: new () => NearestMean): Promise<readonly string[]> {
  const pools = new CheckPools();
  const failed: string[] = [];
  for (const { name, run } of estimatorChecks(() => new Class(), { pools })) {
    await run().catch(() => failed.push(name));
  }
  await pools.close();
  return failed;
}

describe("estimatorChecks", () => {
  it("finds nothing but the overflow of sums in an estimator that is right", async () => {
    const overflow = (name: string) => name.includes("largest") || name.includes("very different");
    expect((await failures(NearestMean)).filter((name) => !overflow(name))).toEqual([]);
  });

  it("finds randomness that is not seeded", async () => {
    class Unseeded extends NearestMean {
      override learn(data: TrainingData): MeanState {
        return { means: super.learn(data).means.map((mean) => mean + 1e-9 * Math.random()) };
      }
    }
    expect(await failures(Unseeded)).toContain("fit returns the estimator itself");
  });

  it("finds inputs that are written to", async () => {
    class Writing extends NearestMean {
      override learn(data: TrainingData): MeanState {
        data.X.data.fill(0);
        return super.learn(data);
      }
    }
    expect(await failures(Writing)).toContain("fit and all methods leave X, y and the weights as they were");
  });

  it("finds answers that depend on the other rows", async () => {
    class Looking extends NearestMean {
      override infer(fitted: FittedWith<MeanParams, MeanState>, X: Matrix): Matrix {
        const shift = X.toFloat64().reduce((a, b) => a + b, 0) / (X.rows * X.cols);
        const data = X.toFloat64().map((x) => x + shift / 8);
        return super.infer(fitted, new Matrix(data, X.rows, X.cols));
      }
    }
    expect(await failures(Looking)).toContain("rows asked in batches, or one by one, are answered as all at once");
  });

  it("finds candidates that leak into each other when they are fitted together", async () => {
    class Leaking extends NearestMean {
      override async *learnMany(data: TrainingData, candidates: readonly Readonly<MeanParams>[]) {
        const { means } = this.learn(data);
        for (const i of candidates.keys()) yield [i, { means: means.map((mean) => mean + 1e-12 * i) }] as const;
      }
    }
    expect(await failures(Leaking)).toContain(
      "fitted together, candidates of every sample value end in the states that they have alone",
    );
  });

  it("finds probabilities that do not sum to one", async () => {
    class Unnormalised extends NearestMean {
      override infer(fitted: FittedWith<MeanParams, MeanState>, X: Matrix): Matrix {
        const { data, rows, cols } = super.infer(fitted, X);
        return new Matrix(
          Float64Array.from(data, (p) => p / 2),
          rows,
          cols,
        );
      }
    }
    expect(await failures(Unnormalised)).toContain(
      "probabilities lie in [0, 1], sum to 1 in each row, and have a column a class",
    );
  });

  it("fails an expected failure that passes, and one that does not exist", async () => {
    const named = (name: string) => ({ expectedFailures: { [name]: "a reason" } });
    const checks = estimatorChecks(() => new NearestMean(), named("fit returns the estimator itself"));
    const check = checks.find(({ name }) => name.startsWith("fit returns the estimator itself"));
    await expect(check!.run()).rejects.toThrow("take it off the list");
    expect(() => estimatorChecks(() => new NearestMean(), named("no such check"))).toThrow("no check of it");
  });
});

import { accuracyScore } from "../metrics/accuracy-score.js";
import {
  Estimator,
  type FitOptions,
  type FittedWith,
  type Method,
  type NoMembers,
  type Output,
  type RunContext,
  type RunOptions,
} from "./estimator.js";
import type { Label } from "./labels.js";
import { Matrix, type MatrixLike } from "./matrix.js";
import { type LabelTarget, type TargetLike, toTarget } from "./target.js";

/** Learns classes. Whoever has probabilities (or decision values) has `predict` from them: the largest wins, first. */
export abstract class Classifier<P extends object, S extends object, M extends object = NoMembers> extends Estimator<
  P,
  S,
  M
> {
  get target(): "labels" {
    return "labels";
  }

  get methods(): readonly Method[] {
    return ["predict", "predictProba"];
  }

  /** What `predict` takes the largest of; "predict" where the class answers it itself, with codes. */
  protected get predictsBy(): Method {
    return "predictProba";
  }

  /** Sorted labels seen in fit. */
  get classes(): readonly Label[] {
    return this.state.classes!;
  }

  /** The label of each row. */
  async predict(X: MatrixLike, options: RunOptions = {}): Promise<readonly Label[]> {
    return (await this.answer("predict", X, options)) as readonly Label[];
  }

  /** Probabilities, rows x classes, the columns in the order of `classes`; each row sums to 1. */
  async predictProba(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("predictProba", X, options)) as Matrix;
  }

  /** Share of rows (by weight) whose label is predicted. */
  async score(
    X: MatrixLike,
    y: TargetLike,
    options: Pick<FitOptions, "sampleWeight" | "signal" | "pool"> = {},
  ): Promise<number> {
    const predicted = await this.predict(X, options);
    const truth = toTarget(y, "labels", predicted.length, this.definition.name) as LabelTarget;
    return accuracyScore(truth.toArray(), predicted, { sampleWeight: options.sampleWeight ?? undefined });
  }

  override async *answerMany(
    fitted: readonly FittedWith<P, S>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    if (method !== "predict") {
      yield* this.inferMany(fitted, X, method, ctx);
      return;
    }
    for await (const [i, output] of this.inferMany(fitted, X, this.predictsBy, ctx)) {
      const classes = fitted[i]!.classes!;
      const codes = output instanceof Matrix ? winners(output, classes.length) : (output as Float64Array);
      yield [i, Array.from(codes, (code) => classes[code]!)];
    }
  }
}

/** The code of the class that wins each row; where there is only one class, it always does. */
function winners(scores: Matrix, classes: number): Int32Array {
  return classes === 1 ? new Int32Array(scores.rows) : largest(scores);
}

/** For each row the column of its largest value, the first among equals; of a single column, whether it is positive. */
export function largest(scores: Matrix): Int32Array {
  const { data, rows, cols } = scores;
  const out = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    if (cols === 1) out[i] = data[i]! > 0 ? 1 : 0;
    for (let j = 1; j < cols; j++) if (data[i * cols + j]! > data[i * cols + out[i]!]!) out[i] = j;
  }
  return out;
}

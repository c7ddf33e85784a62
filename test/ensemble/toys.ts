import { Classifier } from "../../src/core/classifier.js";
import type { Definition, FittedWith, TrainingData } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { integer, real, rule } from "../../src/core/params.js";
import type { LabelTarget } from "../../src/core/target.js";
import { Transformer } from "../../src/core/transformer.js";

/** What the toys have done since `reset`. */
export const count = { fits: 0, predictions: 0, scales: 0, transforms: 0, weighted: 0 };
export const reset = () => Object.assign(count, { fits: 0, predictions: 0, scales: 0, transforms: 0, weighted: 0 });

/** Answers row i of its table to a row whose first value is i. */
export interface TableParams {
  readonly table: readonly (readonly number[])[];
}
const table: Definition<TableParams> = {
  name: "Table",
  schema: {
    table: rule<TableParams["table"]>({
      default: [[1, 0]],
      expected: "rows of probabilities",
      allows: Array.isArray,
      samples: [],
      wrong: [],
    }),
  },
};
export class Table extends Classifier<TableParams, { readonly none: null }> {
  constructor(params: Partial<TableParams> = {}) {
    super(table, params);
  }
  override learn() {
    return { none: null };
  }
  override infer({ params, classes }: FittedWith<TableParams, object>, X: Matrix) {
    const rows = Array.from({ length: X.rows }, (_, i) => params.table[X.at(i, 0)]!);
    return new Matrix(Float64Array.from(rows.flat()), X.rows, classes!.length);
  }
}

/** Counts its work: its probabilities depend on its parameters and on the sums of X. */
export interface CounterParams {
  readonly depth: number;
  readonly rate: number;
}
const counter: Definition<CounterParams> = {
  name: "Counter",
  schema: { depth: integer(1, { min: 1 }), rate: real(0.5, { min: 0 }) },
};
export class Counter extends Classifier<CounterParams, { readonly sum: number }> {
  constructor(params: Partial<CounterParams> = {}) {
    super(counter, params);
  }
  override learn({ X, sampleWeight }: TrainingData<LabelTarget>, { depth, rate }: Readonly<CounterParams>) {
    count.fits++;
    if (sampleWeight !== null) count.weighted++;
    if (depth === 13) throw new RangeError("depth 13 cannot be learnt");
    return { sum: X.toFloat64().reduce((a, b) => a + b, depth * 7 + rate) };
  }
  override infer({ model, classes }: FittedWith<CounterParams, { readonly sum: number }>, X: Matrix) {
    count.predictions++;
    const k = classes!.length;
    const out = new Float64Array(X.rows * k);
    for (let i = 0; i < X.rows; i++) {
      const p = 1 / (2 + Math.abs(Math.sin(model.sum + X.at(i, 0))));
      out.fill((1 - p) / (k - 1), i * k, (i + 1) * k);
      out[i * k + (Math.round(Math.abs(model.sum) + i) % k)] = p;
    }
    return new Matrix(out, X.rows, k);
  }
}

/** Multiplies. */
export interface TimesParams {
  readonly by: number;
}
const times: Definition<TimesParams> = { name: "Times", schema: { by: real(2) } };
export class Times extends Transformer<TimesParams, { readonly by: number }> {
  constructor(params: Partial<TimesParams> = {}) {
    super(times, params);
  }
  override learn({ sampleWeight }: TrainingData, { by }: Readonly<TimesParams>) {
    count.scales++;
    if (sampleWeight !== null) count.weighted++;
    return { by };
  }
  override infer({ model }: FittedWith<TimesParams, { readonly by: number }>, X: Matrix) {
    count.transforms++;
    return new Matrix(
      X.toFloat64().map((v) => v * model.by),
      X.rows,
      X.cols,
    );
  }
}

import { forEachRow } from "../core/by-row.js";
import { CellTable, cellOf } from "../core/cell-table.js";
import { InvalidDataError, InvalidModelError } from "../core/errors.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { arrayOf, listOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean, oneOf, rule } from "../core/params.js";
import { Transformer } from "../core/transformer.js";
import { type ColumnFacts, constants, means, medians, modes } from "./column-facts.js";

export interface SimpleImputerParams {
  /**
   * What takes the place of missing values: the "mean" or "median" of a column's numbers, its "most_frequent" value (the least of
   * several), or `fillValue` ("constant"). Strings and booleans have the last two. Default "mean".
   */
  strategy: "mean" | "median" | "most_frequent" | "constant";
  /** What "constant" fills in; null for 0 in columns of numbers, else "missing_value". Default null. */
  fillValue: Label | null;
  /** Adds a column of 0 and 1 for each one that had missing values in fit: 1 where they are missing. Default false. */
  addIndicator: boolean;
  /** Keeps columns in which all was missing in fit, filled with 0 or by "constant" with `fillValue`; else they go. Default false. */
  keepEmptyFeatures: boolean;
}

export interface SimpleImputerState {
  /** What is filled into each column; null for a column that is left out. */
  readonly statistics: readonly (Label | null)[];
  /** The columns that had missing values, ascending. */
  readonly incomplete: Uint32Array;
}

const NAME = "SimpleImputer";
const FACTS: Readonly<Record<SimpleImputerParams["strategy"], (cols: number, given: Label | null) => ColumnFacts>> = {
  mean: means,
  median: medians,
  most_frequent: modes,
  constant: constants,
};

const isLabel = (value: unknown) => typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

const definition: Definition<SimpleImputerParams> = {
  name: NAME,
  schema: {
    strategy: oneOf("mean", "mean", "median", "most_frequent", "constant"),
    fillValue: rule<Label | null>({
      default: null,
      expected: "null, a string, a boolean or a finite number",
      allows: (value) => value === null || isLabel(value),
      samples: [null, 3],
      wrong: [Number.NaN, Number.POSITIVE_INFINITY, [], {}],
    }),
    addIndicator: boolean(false),
    keepEmptyFeatures: boolean(false),
  },
  allowsNaN: true,
  allowsLabels: true,
};

/**
 * Fills in missing values, which are NaN, among strings too. A table of numbers stays one, f32 where X is, else f64; one with
 * strings or booleans goes on to whoever takes such tables. See scikit-learn, sklearn.impute.SimpleImputer.
 */
export class SimpleImputer extends Transformer<SimpleImputerParams, SimpleImputerState> {
  constructor(params: Partial<SimpleImputerParams> = {}) {
    super(definition, params);
  }

  /** What is filled into each column; null for a column that is left out. */
  get statistics(): readonly (Label | null)[] {
    return this.state.model.statistics;
  }

  override async learn(
    { X }: TrainingData,
    params: Readonly<SimpleImputerParams>,
    { signal }: FitContext,
  ): Promise<SimpleImputerState> {
    const { strategy, fillValue, keepEmptyFeatures } = params;
    const facts = FACTS[strategy](X.cols, fillValue);
    const present = new Float64Array(X.cols);
    await forEachRow(
      X,
      (values, row) => {
        for (let j = 0; j < values.length; j++) {
          if (Number.isNaN(values[j])) continue;
          present[j]! += 1;
          facts.see(cellOf(X, values[j]!), row, j);
        }
      },
      signal,
    );
    const ofEmpty = strategy === "constant" && fillValue !== null ? fillValue : 0;
    const statistics = Array.from(present, (count, j) => {
      if (count > 0) return facts.of(j);
      return keepEmptyFeatures ? ofEmpty : null;
    });
    const incomplete = Uint32Array.from([...present.keys()].filter((j) => present[j]! < X.rows));
    return { statistics, incomplete };
  }

  override async infer(
    { model, params }: FittedWith<SimpleImputerParams, SimpleImputerState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { statistics } = model;
    const kept = [...statistics.keys()].filter((j) => statistics[j] !== null);
    const indicated = params.addIndicator ? [...model.incomplete] : [];
    const cols = kept.length + indicated.length;
    if (cols === 0) throw new InvalidDataError(`${NAME} leaves out every column of X: in fit all of each was missing`);
    const fills = kept.map((j) => statistics[j]!);
    if (X.labels === null && areNumbers(fills)) return filledNumbers(X, kept, fills, indicated, signal);
    const cells = new CellTable();
    await forEachRow(
      X,
      (values) => {
        for (const [k, j] of kept.entries()) cells.add(Number.isNaN(values[j]) ? fills[k]! : cellOf(X, values[j]!));
        for (const j of indicated) cells.add(Number.isNaN(values[j]) ? 1 : 0);
      },
      signal,
    );
    return cells.toMatrix(cols);
  }

  override validate({ model, nFeatures }: FittedWith<SimpleImputerParams, SimpleImputerState>): void {
    const fill = thatIs("null or a label", (value) => value === null || isLabel(value));
    const incomplete = arrayOf(Uint32Array, undefined, (column) => column < nFeatures);
    requireShape(NAME, model, recordOf({ statistics: listOf(fill, nFeatures), incomplete }));
    if (model.incomplete.every((column, i) => i === 0 || column > model.incomplete[i - 1]!)) return;
    throw new InvalidModelError(`the stored model of ${NAME} is damaged: its incomplete columns do not ascend`);
  }
}

const areNumbers = (labels: readonly Label[]): labels is readonly number[] =>
  labels.every((label) => typeof label === "number");

/** The columns `kept` of a table of numbers, each with what fills it, and 0 or 1 for those that are indicated. */
async function filledNumbers(
  X: Matrix,
  kept: readonly number[],
  fills: readonly number[],
  indicated: readonly number[],
  signal: AbortSignal,
): Promise<Matrix> {
  const cols = kept.length + indicated.length;
  const out = new (X.root.data instanceof Float32Array ? Float32Array : Float64Array)(X.rows * cols);
  let at = 0;
  await forEachRow(
    X,
    (values) => {
      for (let k = 0; k < kept.length; k++) {
        const value = values[kept[k]!]!;
        out[at++] = Number.isNaN(value) ? fills[k]! : value;
      }
      for (let k = 0; k < indicated.length; k++) out[at++] = Number.isNaN(values[indicated[k]!]) ? 1 : 0;
    },
    signal,
  );
  return new Matrix(out, X.rows, cols);
}

import { transformed } from "../core/by-row.js";
import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { listOf, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { oneOf, rule } from "../core/params.js";
import { Transformer } from "../core/transformer.js";
import { type Categories, categoriesRule, forEachCell, learnCategories, unknownCategory } from "./categories.js";

export interface OrdinalEncoderParams {
  /** "auto": the sorted categories of each column in fit; else those of each column, in the order wanted. Default "auto". */
  categories: "auto" | Categories;
  /** What a category that is not known does: "error", or "use_encoded_value", which makes it `unknownValue`. Default "error". */
  handleUnknown: "error" | "use_encoded_value";
  /** What unknown categories become; NaN or an integer that is no category's. Null goes with "error" alone. Default null. */
  unknownValue: number | null;
  /** What missing values (NaN) become: NaN, or an integer that is no category's. Default NaN. */
  encodedMissingValue: number;
}

export interface OrdinalState {
  readonly categories: Categories;
}

const NAME = "OrdinalEncoder";
const isCode = (value: unknown) => Number.isSafeInteger(value) || Number.isNaN(value);

const definition: Definition<OrdinalEncoderParams> = {
  name: NAME,
  schema: {
    categories: categoriesRule,
    handleUnknown: { ...oneOf("error", "error", "use_encoded_value"), samples: ["error"] },
    unknownValue: rule<number | null>({
      default: null,
      expected: "null, an integer or NaN",
      allows: (value) => value === null || isCode(value),
      samples: [null],
      wrong: [0.5, "1", true, []],
    }),
    encodedMissingValue: rule<number>({
      default: Number.NaN,
      expected: "an integer or NaN",
      allows: isCode,
      samples: [Number.NaN, -1],
      wrong: [0.5, "1", true, [], null],
    }),
  },
  check: ({ handleUnknown, unknownValue }) =>
    (handleUnknown === "error") === (unknownValue === null)
      ? null
      : `unknownValue of ${NAME} must be a number where handleUnknown is "use_encoded_value", else null; got ${unknownValue}`,
  allowsNaN: true,
  allowsLabels: true,
};

/**
 * Replaces each category (a string, a boolean or a number) by its position among those of its column, in f64. NaN stands for a
 * missing value, among strings too; `categories` does not list it, and it is never unknown. Otherwise see scikit-learn,
 * sklearn.preprocessing.OrdinalEncoder.
 */
export class OrdinalEncoder extends Transformer<OrdinalEncoderParams, OrdinalState> {
  constructor(params: Partial<OrdinalEncoderParams> = {}) {
    super(definition, params);
  }

  /** Categories of each column; a category's code is its position. */
  get categories(): Categories {
    return this.state.model.categories;
  }

  override async learn(
    { X }: TrainingData,
    params: Readonly<OrdinalEncoderParams>,
    { signal }: FitContext,
  ): Promise<OrdinalState> {
    const isStrict = params.handleUnknown === "error";
    const categories = await learnCategories(X, params.categories, isStrict, NAME, signal);
    for (const name of ["unknownValue", "encodedMissingValue"] as const) {
      const code = params[name];
      const column = categories.findIndex((labels) => code !== null && code >= 0 && code < labels.length);
      if (column < 0) continue;
      throw new InvalidParameterError(
        `${name} of ${NAME} must be no category's code; got ${code}, which is one in column ${column}`,
        name,
      );
    }
    return { categories };
  }

  override async infer(
    { model, params }: FittedWith<OrdinalEncoderParams, OrdinalState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { categories } = model;
    const codes = categories.map((labels) => new Map(labels.map((label, code) => [label, code])));
    const out = new Float64Array(X.rows * X.cols);
    const codeOf = (cell: Label, row: number, j: number): number => {
      if (Number.isNaN(cell)) return params.encodedMissingValue;
      const code = codes[j]!.get(cell) ?? params.unknownValue;
      if (code === null) throw unknownCategory(cell, categories[j]!, row, j, NAME);
      return code;
    };
    await forEachCell(
      X,
      (cell, row, j) => {
        out[row * X.cols + j] = codeOf(cell, row, j);
      },
      signal,
    );
    return new Matrix(out, X.rows, X.cols);
  }

  /** A column in which all is missing has no categories. */
  override validate({ model, nFeatures }: FittedWith<OrdinalEncoderParams, OrdinalState>): void {
    const labels = thatIs(
      "distinct labels",
      (value) => (Array.isArray(value) && value.length === 0) || categoriesRule.allows([value]),
    );
    requireShape(NAME, model, recordOf({ categories: listOf(labels, nFeatures) }));
  }

  /**
   * The category of each code: NaN for missing values, null for unknown ones.
   * @throws NotFittedError; InvalidDataError for another number of columns, and for what is no code
   */
  async inverseTransform(X: MatrixLike, options: RunOptions = {}): Promise<(Label | null)[][]> {
    const { categories } = this.state.model;
    const { unknownValue, encodedMissingValue } = this.params;
    const codes = await transformed(X, categories.length, NAME, options);
    return codes.toArrays().map((values, row) =>
      values.map((code, j) => {
        if (Object.is(code, encodedMissingValue)) return Number.NaN;
        if (Object.is(code, unknownValue)) return null;
        const label = categories[j]![code];
        if (label !== undefined) return label;
        throw new InvalidDataError(
          `codes of column ${j} must be integers from 0 to ${categories[j]!.length - 1}; got ${code} in row ${row}`,
          row,
          j,
        );
      }),
    );
  }
}

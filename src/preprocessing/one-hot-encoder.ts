import { forEachRow, transformed } from "../core/by-row.js";
import { InvalidDataError, InvalidModelError, InvalidParameterError } from "../core/errors.js";
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
import { arrayOf, listOf, recordOf, requireShape } from "../core/model-shape.js";
import { nullable, oneOf } from "../core/params.js";
import { Transformer } from "../core/transformer.js";
import {
  type Categories,
  categoriesRule,
  categoriesShape,
  forEachCell,
  learnCategories,
  unknownCategory,
} from "./categories.js";

export interface OneHotEncoderParams {
  /** "auto": the sorted categories of each column in fit; else those of each column, in the order wanted. Default "auto". */
  categories: "auto" | Categories;
  /** Category left out, as the others tell it: null for none, "first", or "if_binary" (the first of two). Default null. */
  drop: "first" | "if_binary" | null;
  /** What a category that is not known does: "error", or "ignore", which makes its columns all 0. Default "error". */
  handleUnknown: "error" | "ignore";
}

export interface OneHotState {
  /** For each column its categories, sorted. */
  readonly categories: Categories;
  /** Position of the category left out of each column; -1 for none. */
  readonly dropped: Int32Array;
}

const definition: Definition<OneHotEncoderParams> = {
  name: "OneHotEncoder",
  schema: {
    categories: categoriesRule,
    drop: { ...nullable(oneOf("first", "first", "if_binary")) },
    handleUnknown: oneOf("error", "error", "ignore"),
  },
  allowsLabels: true,
};

/**
 * Replaces each column of categories (strings, booleans or numbers) by one column of 0 and 1 for each category. The
 * result is dense, in f64. See scikit-learn, sklearn.preprocessing.OneHotEncoder with sparse_output=False.
 */
export class OneHotEncoder extends Transformer<OneHotEncoderParams, OneHotState> {
  constructor(params: Partial<OneHotEncoderParams> = {}) {
    super(definition, params);
  }

  /** Categories of each column, those left out included. */
  get categories(): Categories {
    return this.state.model.categories;
  }

  /** Position in `categories` of the one left out of each column; -1 for none. */
  get dropIndex(): Int32Array {
    return this.state.model.dropped;
  }

  /**
   * "x0_red": a name for each column of the result.
   * @param inputFeatures names of X's columns; default "x0", "x1" ...
   * @throws NotFittedError; InvalidParameterError for another number of names than columns
   */
  getFeatureNamesOut(inputFeatures?: readonly string[]): string[] {
    const { model, nFeatures } = this.state;
    if (inputFeatures !== undefined && inputFeatures.length !== nFeatures) {
      throw new InvalidParameterError(
        `inputFeatures of OneHotEncoder must be ${nFeatures} names; got ${inputFeatures.length}`,
        "inputFeatures",
      );
    }
    return model.categories.flatMap((labels, j) =>
      keptOf(labels, model.dropped[j]!).map((label) => `${inputFeatures?.[j] ?? `x${j}`}_${label}`),
    );
  }

  override async learn(
    { X }: TrainingData,
    params: Readonly<OneHotEncoderParams>,
    { signal }: FitContext,
  ): Promise<OneHotState> {
    const isStrict = params.handleUnknown === "error";
    const categories = await learnCategories(X, params.categories, isStrict, definition.name, signal);
    const isDropping = (labels: readonly Label[]) =>
      params.drop === "first" || (params.drop === "if_binary" && labels.length === 2);
    return { categories, dropped: Int32Array.from(categories, (labels) => (isDropping(labels) ? 0 : -1)) };
  }

  override validate({ model, nFeatures }: FittedWith<OneHotEncoderParams, OneHotState>): void {
    const shape = recordOf({
      categories: listOf(categoriesShape, nFeatures),
      dropped: arrayOf(Int32Array, nFeatures),
    });
    requireShape(definition.name, model, shape);
    const isSound = model.categories.every((of, j) => model.dropped[j]! >= -1 && model.dropped[j]! < of.length);
    if (!isSound) throw new InvalidModelError("a stored OneHotEncoder drops a category that it does not have");
  }

  override async infer(
    { model, params }: FittedWith<OneHotEncoderParams, OneHotState>,
    X: Matrix,
    _method: Method,
    { signal }: RunContext,
  ): Promise<Matrix> {
    const { categories, dropped } = model;
    const starts = startsOf(model);
    const width = starts.at(-1)!;
    const positions = categories.map((labels) => new Map(labels.map((label, position) => [label, position])));
    const out = new Float64Array(X.rows * width);
    await forEachCell(
      X,
      (cell, row, j) => {
        const position = positions[j]!.get(cell);
        if (position === undefined) {
          if (params.handleUnknown === "error") throw unknownCategory(cell, categories[j]!, row, j, definition.name);
        } else if (position !== dropped[j]) {
          const shift = dropped[j]! >= 0 && position > dropped[j]! ? 1 : 0;
          out[row * width + starts[j]! + position - shift] = 1;
        }
      },
      signal,
    );
    return new Matrix(out, X.rows, width);
  }

  /**
   * The categories that rows of the result stand for, the largest value deciding; where all of a column's are 0, the category
   * left out, or null for an ignored one.
   * @throws NotFittedError; InvalidDataError for another number of columns, and for zeros that nothing explains
   */
  async inverseTransform(X: MatrixLike, options: RunOptions = {}): Promise<(Label | null)[][]> {
    const { model } = this.state;
    const { handleUnknown } = this.params;
    const starts = startsOf(model);
    const matrix = await transformed(X, starts.at(-1)!, definition.name, options);
    const back: (Label | null)[][] = [];
    const labelOf = (values: Float64Array, row: number, j: number): Label | null => {
      const kept = keptOf(model.categories[j]!, model.dropped[j]!);
      const own = values.subarray(starts[j]!, starts[j + 1]!);
      if (own.some((value) => value !== 0)) return kept[own.indexOf(Math.max(...own))]!;
      if (model.dropped[j]! >= 0) return model.categories[j]![model.dropped[j]!]!;
      if (handleUnknown === "ignore") return null;
      throw new InvalidDataError(
        `row ${row} of X is 0 in all columns of feature ${j}, which stands for no category without drop or handleUnknown "ignore"`,
        row,
      );
    };
    await forEachRow(
      matrix,
      (values, row) => {
        back.push(model.categories.map((_, j) => labelOf(values, row, j)));
      },
      options.signal,
    );
    return back;
  }
}

function keptOf(labels: readonly Label[], dropped: number): readonly Label[] {
  return labels.filter((_, position) => position !== dropped);
}

/** Where each column's part of the result begins, and its width last. */
function startsOf({ categories, dropped }: OneHotState): number[] {
  const starts = [0];
  for (const [j, labels] of categories.entries()) starts.push(starts[j]! + labels.length - (dropped[j]! >= 0 ? 1 : 0));
  return starts;
}

import { InvalidDataError, NotFittedError } from "../core/errors.js";
import { encodeLabels, type Label, type LabelsLike, uniqueLabels } from "../core/labels.js";
import { describe } from "../core/to-matrix.js";

/**
 * Turns labels into the integers 0 .. classes - 1 and back. Classifiers need none: they take labels of any kind.
 *
 * It is no Estimator: it learns from y and has neither X nor parameters, so there is nothing to search, clone or share; as in
 * scikit-learn it is not meant for pipelines. See sklearn.preprocessing.LabelEncoder.
 */
export class LabelEncoder {
  #classes: readonly Label[] | undefined;

  /** Whether a fit has succeeded. */
  get isFitted(): boolean {
    return this.#classes !== undefined;
  }

  /**
   * Sorted labels seen in fit; a label's code is its position.
   * @throws NotFittedError
   */
  get classes(): readonly Label[] {
    if (this.#classes === undefined) {
      throw new NotFittedError("this LabelEncoder is not fitted yet; await fit(y) first");
    }
    return this.#classes;
  }

  /**
   * Learns the labels.
   * @throws InvalidDataError for none, for labels of different kinds, and for what is no label
   */
  async fit(y: LabelsLike): Promise<this> {
    if (y.length === 0) throw new InvalidDataError("y of LabelEncoder has 0 labels; at least 1 is needed");
    this.#classes = Object.freeze(uniqueLabels(y));
    return this;
  }

  /**
   * The code of each label.
   * @throws NotFittedError; InvalidDataError for a label that was not seen in fit
   */
  async transform(y: LabelsLike): Promise<Int32Array> {
    return encodeLabels(y, this.classes).codes;
  }

  /** Fits, then transforms the same labels. */
  async fitTransform(y: LabelsLike): Promise<Int32Array> {
    await this.fit(y);
    return this.transform(y);
  }

  /**
   * The label of each code.
   * @throws NotFittedError; InvalidDataError for what is no code
   */
  async inverseTransform(codes: ArrayLike<number>): Promise<Label[]> {
    const { classes } = this;
    return Array.from(codes, (code, row) => {
      if (Number.isInteger(code) && code >= 0 && code < classes.length) return classes[code]!;
      throw new InvalidDataError(
        `codes of LabelEncoder must be integers from 0 to ${classes.length - 1}; got ${describe(code)} in row ${row}`,
        row,
      );
    });
  }
}

import { InvalidDataError } from "./errors.js";
import type { Label } from "./labels.js";

/** What the numbers of a Matrix are kept in; computations follow its precision. */
export type MatrixData = Uint8Array | Float32Array | Float64Array;

/** Any array of numbers that typed data may come in. */
export type NumericArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Something with a shape and its numbers in row-major order, such as a `tf.Tensor` or an ndarray. */
export interface TensorLike {
  /** [rows, columns], or more dimensions, of which all but the first are columns. */
  readonly shape: readonly number[];
  /** Row by row. */
  readonly data: ArrayLike<number> | (() => ArrayLike<number> | Promise<ArrayLike<number>>);
}

/**
 * What is accepted as X: rows of numbers, rows of typed arrays, a Matrix, or anything with `shape` and `data`. Encoders, and who
 * gives columns to them, take rows with strings and booleans too; all others refuse those.
 */
export type MatrixLike = Matrix | readonly (readonly Label[])[] | readonly NumericArray[] | TensorLike;

export interface MatrixOptions {
  /** For bytes: the value of a cell is `Math.fround(byte * scale)`; so "pixels / 255" costs no copy. Default none. */
  readonly scale?: number | null;
  /** The values are positions in these labels: a table of categories. Default none. */
  readonly labels?: readonly Label[] | null;
}

/**
 * A dense table of numbers, row-major: bytes (with an optional scale), f32 or f64. Read-only by contract: the library
 * never writes to one, and the owner must not while it is in use.
 *
 * `take(rows)` is a view: it remembers the table that it was taken from, so that folds can share what was computed of
 * the whole (bins, Gram matrices).
 *
 * @throws InvalidDataError if the length of data is not rows x cols
 */
export class Matrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly cols: number;
  /** What each stored number is multiplied by; null for 1. */
  readonly scale: number | null;
  /** Where X held strings or booleans: the labels whose positions are stored; else null. */
  readonly labels: readonly Label[] | null;
  /** The table that this is a view of; itself where it is no view. */
  readonly root: Matrix;
  /** Rows of the root, in order; null where this is no view. */
  readonly index: Uint32Array | null;
  #data: MatrixData | null;

  constructor(data: MatrixData, rows: number, cols: number, options: MatrixOptions = {}) {
    if (!isCount(rows) || !isCount(cols) || data.length !== rows * cols) {
      throw new InvalidDataError(`a Matrix of ${rows} x ${cols} needs ${rows * cols} values; got ${data.length}`);
    }
    const scale = options.scale ?? null;
    if (scale !== null && !(data instanceof Uint8Array && Number.isFinite(scale) && scale > 0)) {
      throw new InvalidDataError(`scale of a Matrix must be a finite number > 0 and is for bytes only; got ${scale}`);
    }
    this.rows = rows;
    this.cols = cols;
    this.scale = scale;
    this.labels = options.labels ?? null;
    this.root = this;
    this.index = null;
    this.#data = data;
  }

  /** Row-major values (bytes before scaling). The first call on a view copies its rows. */
  get data(): MatrixData {
    return (this.#data ??= this.#gather());
  }

  /** The value at a row and a column, scaled. */
  at(row: number, col: number): number {
    const root = this.root;
    const i = this.index === null ? row : this.index[row]!;
    const value = root.#data![i * this.cols + col]!;
    return this.scale === null ? value : Math.fround(value * this.scale);
  }

  /**
   * A view of these rows, in this order, repeats allowed. Copies no data.
   * @throws InvalidDataError if a row is out of range
   */
  take(rows: ArrayLike<number>): Matrix {
    const index = new Uint32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!(Number.isInteger(row) && row >= 0 && row < this.rows)) {
        throw new InvalidDataError(`row ${row} is out of range: the Matrix has ${this.rows} rows`, i);
      }
      index[i] = this.index === null ? row : this.index[row]!;
    }
    return Matrix.#view(this.root, index);
  }

  /** The same values as plain numbers, row by row. */
  toArrays(): number[][] {
    return Array.from({ length: this.rows }, (_, i) => Array.from({ length: this.cols }, (_, j) => this.at(i, j)));
  }

  /** All values in row-major order, scaled, in f64 (a copy). */
  toFloat64(): Float64Array {
    const { data, scale } = this;
    const out = Float64Array.from(data);
    if (scale !== null) for (let i = 0; i < out.length; i++) out[i] = Math.fround(out[i]! * scale);
    return out;
  }

  static #view(root: Matrix, index: Uint32Array): Matrix {
    const view = new Matrix(new Uint8Array(0), 0, 0);
    Object.assign(view, { rows: index.length, cols: root.cols, scale: root.scale, labels: root.labels, root, index });
    view.#data = null;
    return view;
  }

  #gather(): MatrixData {
    const { cols, index, root } = this;
    const from = root.#data!;
    const out = new (from.constructor as new (n: number) => MatrixData)(this.rows * cols);
    for (let i = 0; i < this.rows; i++) out.set(from.subarray(index![i]! * cols, (index![i]! + 1) * cols), i * cols);
    return out;
  }
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

import type { Matrix } from "../core/matrix.js";

/** Copies rows of a table as f32, without making the whole table f32 first. */
export class RowReader {
  readonly cols: number;
  readonly #data: ArrayLike<number>;
  readonly #index: Uint32Array | null;
  /** What each byte stands for; null where values are taken as they are. */
  readonly #values: Float32Array | null;

  constructor(X: Matrix) {
    this.cols = X.cols;
    this.#data = X.root.data;
    this.#index = X.index;
    const { scale } = X;
    this.#values = scale === null ? null : Float32Array.from({ length: 256 }, (_, byte) => byte * scale);
  }

  /** Rows order[from .. to), or from .. to without an order, one after the other. */
  read(from: number, to: number, order: Uint32Array | null): Float32Array {
    const cols = this.cols;
    const data = this.#data;
    const values = this.#values;
    const out = new Float32Array((to - from) * cols);
    for (let i = from, at = 0; i < to; i++) {
      const row = order === null ? i : order[i]!;
      let cell = (this.#index === null ? row : this.#index[row]!) * cols;
      const end = cell + cols;
      if (values === null) while (cell < end) out[at++] = data[cell++]!;
      else while (cell < end) out[at++] = values[data[cell++]!]!;
    }
    return out;
  }
}

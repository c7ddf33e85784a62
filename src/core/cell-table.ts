import type { Label } from "./labels.js";
import { Matrix } from "./matrix.js";

/**
 * Collects the cells of a table, row by row: strings, booleans, numbers, and NaN for what is missing. It becomes a Matrix of numbers
 * if all are numbers, else one of positions in `labels`, in which NaN stays NaN.
 */
export class CellTable {
  readonly #positions = new Map<Label, number>();
  readonly #cells: number[] = []; // Grown as it comes: a length may lie.
  #hasLabels = false;

  add(cell: Label): void {
    if (Number.isNaN(cell)) {
      this.#cells.push(Number.NaN);
      return;
    }
    let position = this.#positions.get(cell);
    if (position === undefined) {
      this.#positions.set(cell, (position = this.#positions.size));
      this.#hasLabels ||= typeof cell !== "number";
    }
    this.#cells.push(position);
  }

  toMatrix(cols: number): Matrix {
    const labels = [...this.#positions.keys()];
    const rows = this.#cells.length / cols;
    if (this.#hasLabels) return new Matrix(Float64Array.from(this.#cells), rows, cols, { labels });
    const numbers = Float64Array.from(this.#cells, (at) => (Number.isNaN(at) ? at : (labels[at] as number)));
    return new Matrix(numbers, rows, cols);
  }
}

/** The cell that a value of X stands for. */
export function cellOf({ labels }: Matrix, value: number): Label {
  return labels === null || Number.isNaN(value) ? value : labels[value]!;
}

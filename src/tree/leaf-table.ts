/** Values of nodes that may become leaves: writes those of `node` to `out` at `at`. */
export type WriteValue = (node: number, out: Float64Array, at: number) => void;

/** What a tree's leaves predict, a row for each of them but for those of one class alone: these share the row of their class. */
export class LeafTable {
  readonly #values: Float64Array;
  readonly #outputs: number;
  readonly #writeValue: WriteValue;
  /** By class: its row, or -1. Most leaves of a tree that was grown to its end are of one class. */
  readonly #ofOneClass: Int32Array;
  #rows = 0;

  /** @param outputs numbers in each row @param most as many leaves as there may be */
  constructor(most: number, outputs: number, writeValue: WriteValue) {
    this.#values = new Float64Array(most * outputs);
    this.#outputs = outputs;
    this.#writeValue = writeValue;
    this.#ofOneClass = new Int32Array(outputs).fill(-1);
  }

  /** The row of a leaf, which is made of that node. */
  add(node: number): number {
    const at = this.#rows * this.#outputs;
    this.#writeValue(node, this.#values, at);
    const only = this.#outputs === 1 ? -1 : this.#values.subarray(at, at + this.#outputs).indexOf(1);
    if (only < 0) return this.#rows++;
    const known = this.#ofOneClass[only]!;
    if (known < 0) {
      this.#ofOneClass[only] = this.#rows;
      return this.#rows++;
    }
    this.#values.fill(0, at, at + this.#outputs);
    return known;
  }

  /** All rows. */
  values(): Float64Array {
    return this.#values.slice(0, this.#rows * this.#outputs);
  }
}

import type { Weights } from "./backend.js";
import type { Network, WeightSpec } from "./network.js";
import { sizeOf, weightsOf } from "./network.js";

/** Where an array of weights lies among those of its kind: a table whose rows are padded to multiples of 4 floats. */
export interface PlacedWeights {
  readonly spec: WeightSpec;
  /** Floats before it. */
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
  readonly stride: number;
}

export const padded = (n: number): number => Math.ceil(n / 4) * 4;

/** Where kernels keep weights: what is learnt in one stretch, so that an optimizer passes once over all of it, and the rest behind. */
export class WeightLayout {
  readonly placed: readonly PlacedWeights[];
  /** Floats of what is learnt. */
  readonly trainable: number;
  /** Floats of all. */
  readonly size: number;

  constructor(network: Network) {
    let end = 0;
    const place = (spec: WeightSpec): PlacedWeights => {
      const cols = spec.shape.at(-1)!;
      const rows = sizeOf(spec.shape) / cols;
      const stride = padded(cols);
      const offset = end;
      // Inputs are padded too, and kernels of dense layers have rows of zeros for what pads them.
      end += padded(rows) * stride;
      return { spec, offset, rows, cols, stride };
    };
    const specs = weightsOf(network);
    const learnt = new Map(specs.filter(({ trainable }) => trainable).map((spec) => [spec, place(spec)]));
    this.trainable = end;
    this.placed = specs.map((spec) => learnt.get(spec) ?? place(spec));
    this.size = end;
  }

  /** Puts the weights where kernels read them; everything between them becomes 0. */
  write(weights: Weights, to: Float32Array): void {
    to.fill(0);
    for (const [i, { offset, rows, cols, stride }] of this.placed.entries()) {
      for (let row = 0; row < rows; row++) {
        to.set(weights[i]!.subarray(row * cols, (row + 1) * cols), offset + row * stride);
      }
    }
  }

  read(from: Float32Array): Weights {
    return this.placed.map(({ offset, rows, cols, stride }) => {
      const array = new Float32Array(rows * cols);
      for (let row = 0; row < rows; row++) {
        array.set(from.subarray(offset + row * stride, offset + row * stride + cols), row * cols);
      }
      return array;
    });
  }
}

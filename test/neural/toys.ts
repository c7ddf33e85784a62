import type { NeuralBackend } from "../../src/neural/backend.js";
import { wasmBackend } from "../../src/neural/wasm-backend.js";

/** Rows of three features in two overlapping classes, "no" and "yes"; and numbers that follow from them. */
export const X: readonly (readonly number[])[] = Array.from({ length: 48 }, (_, i) => [
  Math.sin(3 * i),
  Math.cos(5 * i),
  ((7 * i) % 11) / 11 - 0.5,
]);
export const y: readonly string[] = X.map(([a, b, c]) => (a! + b! * c! > 0 ? "yes" : "no"));
export const z: readonly number[] = X.map(([a, b, c]) => a! - 2 * b! + c! * c!);

/** The kernels' backend, which also counts what it is asked to do and notes the learning rates. */
export function counting(): NeuralBackend & {
  readonly trainings: number;
  readonly rates: number[];
  readonly rows: number[];
} {
  const backend = {
    name: "counting",
    trainings: 0,
    rates: [] as number[],
    rows: [] as number[],
    train: async (...[setup, ctx]: Parameters<NeuralBackend["train"]>) => {
      backend.trainings++;
      backend.rows.push(setup.X.rows);
      const training = await wasmBackend.train(setup, ctx);
      return {
        epoch: (epoch: Parameters<typeof training.epoch>[0]) => {
          backend.rates.push(epoch.learningRate);
          return training.epoch(epoch);
        },
        weights: () => training.weights(),
        end: () => training.end(),
      };
    },
    predict: wasmBackend.predict,
  };
  return backend;
}

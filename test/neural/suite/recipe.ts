import { dense, type Layer } from "../../../src/neural/layers.js";
import type { Loss } from "../../../src/neural/losses.js";
import type { Shape } from "../../../src/neural/network.js";
import { adam, type Optimizer } from "../../../src/neural/optimizers.js";

/** What a table of the suite is kept in. */
export type Container = "f32" | "f64" | "bytes" | "scaled bytes";

/** A network, and how it is trained. */
export interface Recipe {
  readonly layers: readonly Layer[];
  readonly inputShape: Shape;
  /** How many classes, or 1. Default 3. */
  readonly outputs?: number;
  /** Default "categoricalCrossentropy". */
  readonly loss?: Loss;
  /** Default sgd with momentum. */
  readonly optimizer?: Optimizer;
  /** Default 31: the last batch is smaller than the others. */
  readonly rows?: number;
  /** Default 7. */
  readonly batchSize?: number;
  /** Default "f32". */
  readonly container?: Container;
  /** Whether X is a view of a larger table, some of its rows twice. Default false. */
  readonly view?: boolean;
  /** Whether rows have weights, a few of them 0. Default false. */
  readonly weighted?: boolean;
  /** Default 20, rounded up to whole epochs. */
  readonly steps?: number;
}

/** What a recipe is about, and the recipe. */
export type NamedRecipe = [name: string, recipe: Recipe];

/** The last layer of most recipes. */
export const toClasses = dense({ activation: "softmax" });
export const ADAM = adam({ learningRate: 0.005 });

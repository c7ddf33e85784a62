import { type ClassWeight, classWeightRule, classWeights, rowWeights } from "../core/class-weight.js";
import { Classifier } from "../core/classifier.js";
import { InvalidParameterError } from "../core/errors.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { nullable, oneOf } from "../core/params.js";
import type { Patch } from "../core/paths.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import type { Recipe } from "./choose-network.js";
import { type KerasStyleParams, kerasRules, type ModelSettings, withModelSettings } from "./keras-params.js";
import { dense, type Layer } from "./layers.js";
import type { Loss } from "./losses.js";
import type { Network } from "./network.js";
import { type History, type NeuralModel, networkOfModel, summaryOf, validateNeural } from "./neural-model.js";
import { withWeights } from "./set-weights.js";

/** Losses of classes, by Keras's names; the sparse one is the same, since labels are never one-hot here. */
export type ClassLoss = "categoricalCrossentropy" | "sparseCategoricalCrossentropy" | "binaryCrossentropy";

export interface KerasStyleClassifierParams<S = object> extends KerasStyleParams<S> {
  /** Default null: "binaryCrossentropy" for two classes where the network ends in a sigmoid, else "categoricalCrossentropy". */
  readonly loss: ClassLoss | null;
  /** Weights of classes: null for 1 each, "balanced", or a record by label. Default null. */
  readonly classWeight: ClassWeight;
}

type AllParams<S> = KerasStyleClassifierParams<S> & ModelSettings<S>;

const definition: Definition<KerasStyleClassifierParams<never>> = {
  name: "KerasStyleClassifier",
  usesSampleWeight: true,
  usesEvalSet: true,
  schema: {
    ...kerasRules,
    layers: { ...kerasRules.layers, samples: [null, [dense({ activation: "softmax" })]] },
    loss: {
      ...nullable(
        oneOf<ClassLoss>(
          "categoricalCrossentropy",
          "categoricalCrossentropy",
          "sparseCategoricalCrossentropy",
          "binaryCrossentropy",
        ),
      ),
      samples: [null, "categoricalCrossentropy", "sparseCategoricalCrossentropy"],
    },
    classWeight: classWeightRule<never>(),
  },
};

const BY_DEFAULT: readonly Layer[] = [dense({ units: 100, activation: "relu" }), dense({ activation: "softmax" })];

/**
 * A neural network for classes, of layers in the manner of Keras, as an estimator in the manner of SciKeras.
 *
 * It trains in f32 by our own WebAssembly kernels, or by any tfjs backend (`backend: tfjsBackend(tf)`). First weights, orders of rows
 * and what dropout drops come from the seed, so a fit gives the same bits again, on any number of workers. In a search,
 * candidates that differ in `epochs` are beginnings of one training.
 *
 * ```ts
 * const cnn = new KerasStyleClassifier({
 *   inputShape: [28, 28, 1],
 *   layers: [
 *     conv2d({ filters: 32, kernelSize: 3, activation: "relu" }), maxPooling2d(), dropout(0.25),
 *     flatten(), dense({ activation: "softmax" }),
 *   ],
 * });
 * ```
 *
 * What trains and runs networks is loaded when it is first needed.
 *
 * @throws DivergenceError from fit if the loss becomes NaN or infinite
 * @see https://adriangb.com/scikeras/
 */
export class KerasStyleClassifier<S extends object = object> extends Classifier<AllParams<S>, NeuralModel> {
  constructor(params: Partial<KerasStyleClassifierParams<S>> & ModelSettings<S> = {} as ModelSettings<S>) {
    super(
      withModelSettings(definition, params) as unknown as Definition<AllParams<S>>,
      params as Partial<AllParams<S>>,
    );
  }

  /** An unfitted copy; settings of the model function may be among the patch that it was left to choose before. */
  override clone(patch: Patch<this> = {} as Patch<this>): this {
    return new (this.constructor as new (params: object) => this)({ ...this.params, ...patch });
  }

  /** Loss and accuracy after each epoch: "loss", "accuracy" and, of rows that are watched, "valLoss", "valAccuracy". */
  get history(): History {
    return this.state.model.history;
  }

  /** The epoch, from 0, that was best by early stopping; null without it. */
  get bestEpoch(): number | null {
    return this.state.model.bestEpoch;
  }

  /** The layers of the fitted network. */
  get layers(): readonly Layer[] {
    return this.state.model.layers;
  }

  /** The fitted network: its layers with all shapes, as `toTfjsLayersModel` takes it. */
  get network(): Network {
    return networkOfModel(this.state.model, definition.name);
  }

  /** The layers of the fitted network with their shapes and numbers of weights, as a table. */
  summary(): string {
    return summaryOf(this.network);
  }

  /** Copies of all weights, layer by layer, in Keras's order and layout. */
  getWeights(): Float32Array[] {
    return this.state.model.weights.map((array) => array.slice());
  }

  /**
   * Replaces the weights of the fitted network.
   * @throws InvalidDataError if they are not as many as the network's, array by array
   */
  setWeights(weights: readonly ArrayLike<number>[]): this {
    return withWeights(this, this.state, weights, definition.name);
  }

  override async *learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<AllParams<S>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: NeuralModel]> {
    const { y, sampleWeight } = data;
    requireTwoClasses(y.classes, definition.name);
    const classes = y.classes.length;
    const recipes = candidates.map((candidate): Recipe => {
      const params = candidate as unknown as KerasStyleClassifierParams<never>;
      const byClass = classWeights(params.classWeight, y, definition.name, sampleWeight);
      return {
        ...params,
        byDefault: BY_DEFAULT,
        lossOf: (endsIn) => lossNamed(params.loss, classes, endsIn),
        outputsOf: (loss) => (loss === "binaryCrossentropy" ? 1 : classes),
        rowWeights: rowWeights(y, byClass, sampleWeight),
      };
    });
    const { learnNetworks } = await import("./learn-networks.js");
    yield* learnNetworks(data, recipes, definition.name, ctx);
  }

  override async infer(
    { params, model, classes }: FittedWith<AllParams<S>, NeuralModel>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Matrix> {
    const { answersOf } = await import("./answers.js");
    const outputs = await answersOf(model, params.backend, X, definition.name, ctx);
    const all = classes!.length;
    if (outputs.length === X.rows * all) return new Matrix(Float64Array.from(outputs), X.rows, all);
    const both = new Float64Array(2 * X.rows);
    for (const [row, second] of outputs.entries()) both.set([1 - second, second], 2 * row);
    return new Matrix(both, X.rows, 2);
  }

  override validate({ model, nFeatures, classes }: FittedWith<AllParams<S>, NeuralModel>): void {
    const count = classes!.length;
    validateNeural(definition.name, model, nFeatures, [
      ["categoricalCrossentropy", count],
      ...(count === 2 ? ([["binaryCrossentropy", 1]] as const) : []),
    ]);
  }
}

function lossNamed(loss: ClassLoss | null, classes: number, endsIn: string): Loss {
  if (loss === "binaryCrossentropy") {
    if (classes === 2) return loss;
    throw new InvalidParameterError(
      `loss of ${definition.name} must be "categoricalCrossentropy" for ${classes} classes; got "binaryCrossentropy"`,
      "loss",
    );
  }
  if (loss === null && classes === 2 && endsIn === "sigmoid") return "binaryCrossentropy";
  return "categoricalCrossentropy";
}

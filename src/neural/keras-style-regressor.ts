import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { oneOf } from "../core/params.js";
import type { Patch } from "../core/paths.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";
import type { Recipe } from "./choose-network.js";
import { type KerasStyleParams, kerasRules, type ModelSettings, withModelSettings } from "./keras-params.js";
import { dense, type Layer } from "./layers.js";
import type { Network } from "./network.js";
import { type History, type NeuralModel, networkOfModel, summaryOf, validateNeural } from "./neural-model.js";
import { withWeights } from "./set-weights.js";

/** Losses of numbers, by Keras's names. */
export type NumberLoss = "meanSquaredError" | "meanAbsoluteError" | "huber";

export interface KerasStyleRegressorParams<S = object> extends KerasStyleParams<S> {
  /** Default "meanSquaredError". */
  readonly loss: NumberLoss;
}

type AllParams<S> = KerasStyleRegressorParams<S> & ModelSettings<S>;

const definition: Definition<KerasStyleRegressorParams<never>> = {
  name: "KerasStyleRegressor",
  usesSampleWeight: true,
  usesEvalSet: true,
  schema: {
    ...kerasRules,
    layers: { ...kerasRules.layers, samples: [null, [dense()]] },
    loss: oneOf<NumberLoss>("meanSquaredError", "meanSquaredError", "meanAbsoluteError", "huber"),
  },
};

const BY_DEFAULT: readonly Layer[] = [dense({ units: 100, activation: "relu" }), dense()];

/**
 * A neural network for numbers, of layers in the manner of Keras; see `KerasStyleClassifier`. Its last layer has one unit. It learns
 * best where X and y are of about unit size: y is taken as it is.
 *
 * What trains and runs networks is loaded when it is first needed.
 *
 * @throws DivergenceError from fit if the loss becomes NaN or infinite
 * @see https://adriangb.com/scikeras/
 */
export class KerasStyleRegressor<S extends object = object> extends Regressor<AllParams<S>, NeuralModel> {
  constructor(params: Partial<KerasStyleRegressorParams<S>> & ModelSettings<S> = {} as ModelSettings<S>) {
    super(
      withModelSettings(definition, params) as unknown as Definition<AllParams<S>>,
      params as Partial<AllParams<S>>,
    );
  }

  /** An unfitted copy; settings of the model function may be among the patch that it was left to choose before. */
  override clone(patch: Patch<this> = {} as Patch<this>): this {
    return new (this.constructor as new (params: object) => this)({ ...this.params, ...patch });
  }

  /** The loss after each epoch: "loss" and, of rows that are watched, "valLoss". */
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
    data: TrainingData<NumberTarget>,
    candidates: readonly Readonly<AllParams<S>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: NeuralModel]> {
    const recipes = candidates.map((candidate): Recipe => {
      const params = candidate as unknown as KerasStyleRegressorParams<never>;
      return {
        ...params,
        byDefault: BY_DEFAULT,
        lossOf: () => params.loss,
        outputsOf: () => 1,
        rowWeights: data.sampleWeight,
      };
    });
    const { learnNetworks } = await import("./learn-networks.js");
    yield* learnNetworks(data, recipes, definition.name, ctx);
  }

  override async infer(
    { params, model }: FittedWith<AllParams<S>, NeuralModel>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Float64Array> {
    const { answersOf } = await import("./answers.js");
    return Float64Array.from(await answersOf(model, params.backend, X, definition.name, ctx));
  }

  override validate({ model, nFeatures }: FittedWith<AllParams<S>, NeuralModel>): void {
    validateNeural(definition.name, model, nFeatures, [["meanSquaredError", 1]]);
  }
}

import { InvalidParameterError } from "../core/errors.js";
import type { Definition } from "../core/estimator.js";
import { boolean, integer, nullable, type Rule, real, rule, type Schema, seed } from "../core/params.js";
import { describe } from "../core/to-matrix.js";
import type { NeuralBackend } from "./backend.js";
import { type EarlyStopping, isEarlyStopping } from "./early-stopping.js";
import type { Layer } from "./layers.js";
import { adam, OPTIMIZERS, type Optimizer, optimizerComplaint } from "./optimizers.js";
import { isSchedule, type LearningRateSchedule } from "./schedules.js";

/** What a `model` function is told besides its settings. */
export interface ModelMeta {
  /** Number of columns of X. */
  readonly nFeatures: number;
  /** Of a row, as the layers get it. */
  readonly inputShape: readonly number[];
  /** Numbers that y needs: classes, or 1. */
  readonly outputs: number;
}

/** Makes the layers from settings, which are parameters named `model__setting`, so that a search can try them. */
export type ModelFunction<S> = (settings: S, meta: ModelMeta) => readonly Layer[];

/** A setting `units` of the model function is the parameter `model__units`. */
export type ModelSettings<S> = { readonly [K in keyof S as `model__${K & string}`]: S[K] };

/** Parameters of both estimators, with the meaning and the defaults of Keras and SciKeras where these have them. */
export interface KerasStyleParams<S> {
  /** The network, from its first layer to its last. Default null: a hidden layer of 100 ReLU units, unless `model` makes the layers. */
  readonly layers: readonly Layer[] | null;
  /** A function that makes the layers of its settings, in place of `layers`. Default null. */
  readonly model: ModelFunction<S> | null;
  /** Shape of a row: [height, width, channels] of images. Default null: [features]. */
  readonly inputShape: readonly number[] | null;
  /** A name, or one with its settings as in adam({ beta1: 0.8 }). Default "adam". */
  readonly optimizer: Optimizer["name"] | Optimizer;
  /** In place of the optimizer's own. Default null. */
  readonly learningRate: number | null;
  /** How the learning rate goes from epoch to epoch. Default null: not at all. */
  readonly learningRateSchedule: LearningRateSchedule | null;
  /** Passes over the rows. Default 10. */
  readonly epochs: number;
  /** Rows between two updates of the weights. Default 32. */
  readonly batchSize: number;
  /** Whether rows come in a new order in each epoch. Default true. */
  readonly shuffle: boolean;
  /** Share of the rows that is held out and watched, drawn by the seed, of each class its share. Default 0. */
  readonly validationSplit: number;
  /** When to stop before all epochs are done. Default null. */
  readonly earlyStopping: EarlyStopping | null;
  /** Decides first weights, orders of rows and what dropout drops. Default null. */
  readonly randomState: number | null;
  /** What trains and runs the network; null for our own kernels. Default null. */
  readonly backend: NeuralBackend | null;
}

const isBackend = (value: unknown): boolean => {
  const { name, train, predict } = (value ?? {}) as Partial<NeuralBackend>;
  return typeof name === "string" && typeof train === "function" && typeof predict === "function";
};

const isShape = (value: unknown) =>
  Array.isArray(value) &&
  (value.length === 1 || value.length === 3) &&
  value.every((size) => Number.isSafeInteger(size) && size >= 1);

/** Rules of `KerasStyleParams`. */
export const kerasRules: Schema<KerasStyleParams<never>> = {
  layers: rule<readonly Layer[] | null>({
    default: null,
    expected: "null or a non-empty array of layers such as dense({ units: 64 })",
    allows: (value) => value === null || (Array.isArray(value) && value.length > 0),
    samples: [null],
    wrong: [[], "dense", 3, {}],
  }),
  model: rule<ModelFunction<never> | null>({
    default: null,
    expected: "null or a function that makes layers of its settings",
    allows: (value) => value === null || typeof value === "function",
    samples: [null],
    wrong: ["dense", [], {}, 3],
  }),
  inputShape: rule<readonly number[] | null>({
    default: null,
    expected: "null, [features] or [height, width, channels]",
    allows: (value) => value === null || isShape(value),
    samples: [null],
    wrong: [[], [28, 28], [0], [1.5], 784, "28x28"],
  }),
  optimizer: rule<Optimizer["name"] | Optimizer>({
    default: "adam",
    expected: `one of ${OPTIMIZERS.map((name) => JSON.stringify(name)).join(", ")}, or such a one with its settings, as in adam({ beta1: 0.8 })`,
    allows: (value) => {
      const name = typeof value === "object" && value !== null ? (value as Partial<Optimizer>).name : value;
      return OPTIMIZERS.some((known) => known === name);
    },
    samples: [...OPTIMIZERS, adam({ beta1: 0.8 })],
    wrong: ["adagrad", null, 1, {}, { name: "adagrad" }],
  }),
  learningRate: nullable({ ...real(0.01, { min: 0, open: true }), samples: [0.01] }),
  learningRateSchedule: rule<LearningRateSchedule | null>({
    default: null,
    expected:
      "null, exponentialDecay(...), stepDecay(...), cosineDecay(...) or a function of the epoch and the learning rate",
    allows: (value) => value === null || isSchedule(value),
    samples: [null, { type: "exponentialDecay", factor: 0.9 }, { type: "cosineDecay", alpha: 0 }],
    wrong: ["cosineDecay", 0.9, {}, { type: "exponentialDecay" }],
  }),
  epochs: integer(10, { min: 1 }),
  batchSize: { ...integer(32, { min: 1 }), samples: [32, 7] },
  shuffle: boolean(true),
  validationSplit: rule<number>({
    default: 0,
    expected: "a number >= 0 and < 1",
    allows: (value) => typeof value === "number" && value >= 0 && value < 1,
    samples: [0, 0.25],
    wrong: [-0.1, 1, Number.NaN, "0.1", null],
  }),
  earlyStopping: rule<EarlyStopping | null>({
    default: null,
    expected: "null or a record of monitor, patience, minDelta, restoreBestWeights",
    allows: (value) => value === null || isEarlyStopping(value),
    samples: [null, { patience: 2 }, { monitor: "loss", patience: 1, restoreBestWeights: true }],
    wrong: [true, 3, { patience: -1 }, { patient: 1 }, "valLoss"],
  }),
  randomState: seed(),
  backend: rule<NeuralBackend | null>({
    default: null,
    expected: "null or a backend such as tfjsBackend(tf)",
    isStored: false,
    allows: (value) => value === null || isBackend(value),
    samples: [null],
    wrong: ["wasm", "tfjs", {}, 3],
  }),
};

const PREFIX = "model__";

/** Rules for the model's settings among what was given: they may be anything, and are the model function's business. */
function settingRules(given: object): Record<string, Rule<unknown>> {
  const settings = Object.keys(given).filter((key) => key.startsWith(PREFIX) && key.length > PREFIX.length);
  return Object.fromEntries(
    settings.map((key) => [
      key,
      rule<unknown>({
        default: null,
        expected: "a setting of the model function",
        allows: (value) => value !== undefined,
        samples: [],
        wrong: [undefined],
      }),
    ]),
  );
}

/** What is wrong with parameters together, or null. */
function complaint(params: KerasStyleParams<never>, owner: string): string | null {
  const { layers, model, optimizer } = params;
  if (layers !== null && model !== null)
    return `layers of ${owner} must be null where model makes the layers; got both`;
  const setting = Object.keys(params).find((key) => key.startsWith(PREFIX));
  if (setting !== undefined && model === null)
    return `${setting} of ${owner} needs a model function that it is a setting of; got none`;
  const wrong = optimizerComplaint(optimizer);
  return wrong === null ? null : `optimizer of ${owner}${wrong.startsWith(":") ? "" : " "}${wrong}`;
}

/** The definition of an estimator that was given these parameters: settings of its model are parameters too. */
export function withModelSettings<P extends KerasStyleParams<never>>(
  definition: Definition<P>,
  given: object,
): Definition<P> {
  const { name, schema } = definition;
  return {
    ...definition,
    schema: { ...schema, ...settingRules(given) },
    check: (params) => complaint(params as unknown as KerasStyleParams<never>, name),
  };
}

/**
 * The layers that parameters come to.
 * @throws InvalidParameterError if the model function gives none; what it throws itself goes to the caller
 */
export function layersOf(
  params: KerasStyleParams<never>,
  byDefault: readonly Layer[],
  meta: ModelMeta,
  owner: string,
): readonly Layer[] {
  if (params.model === null) return params.layers ?? byDefault;
  const settings = Object.fromEntries(
    Object.entries(params)
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, value]) => [key.slice(PREFIX.length), value]),
  );
  const made: unknown = params.model(settings as never, meta);
  if (Array.isArray(made) && made.length > 0) return made;
  throw new InvalidParameterError(
    `model of ${owner} must return a non-empty array of layers such as [dense({ units: 64 })]; got ${describe(made)}`,
    "model",
  );
}

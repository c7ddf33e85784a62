import { describe } from "../core/to-matrix.js";

/** Gradient descent: v = momentum v - rate g; w += v, or with nesterov w += momentum v - rate g. */
export interface Sgd {
  readonly name: "sgd";
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Kingma and Ba, "Adam: a method for stochastic optimization" (2015), in the form before its section 2.1, as Keras has it. */
export interface Adam {
  readonly name: "adam";
  readonly learningRate: number;
  /** How much of the mean gradient is kept from step to step. */
  readonly beta1: number;
  /** How much of the mean square is kept from step to step. */
  readonly beta2: number;
  readonly epsilon: number;
}

/** Loshchilov and Hutter, "Decoupled weight decay regularization" (2019): each step first takes rate * weightDecay off all weights. */
export interface AdamW extends Omit<Adam, "name"> {
  readonly name: "adamw";
  readonly weightDecay: number;
}

/** Tieleman and Hinton (2012): v = rho v + (1 - rho) g^2; w -= rate g / sqrt(v + epsilon), with momentum on that step. */
export interface RmsProp {
  readonly name: "rmsprop";
  readonly learningRate: number;
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** How weights follow their gradients: plain data, made by `sgd`, `adam`, `adamw`, `rmsprop`. Formulas and defaults are Keras's. */
export type Optimizer = Sgd | Adam | AdamW | RmsProp;

/** What `sgd`, `adam`, `adamw` and `rmsprop` take; what is left out has its default. */
export type OptimizerSettings<T> = { readonly [K in keyof Omit<T, "name">]?: T[K] | undefined };

const DEFAULTS: { readonly [N in Optimizer["name"]]: Extract<Optimizer, { name: N }> } = {
  sgd: { name: "sgd", learningRate: 0.01, momentum: 0, nesterov: false },
  adam: { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  adamw: { name: "adamw", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004 },
  rmsprop: { name: "rmsprop", learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7 },
};

export const OPTIMIZERS = Object.keys(DEFAULTS) as readonly Optimizer["name"][];

/** Default learningRate .01, momentum 0, nesterov false. */
export const sgd = (settings: OptimizerSettings<Sgd> = {}): Sgd => filled(DEFAULTS.sgd, settings);
/** Default learningRate .001, beta1 .9, beta2 .999, epsilon 1e-7. */
export const adam = (settings: OptimizerSettings<Adam> = {}): Adam => filled(DEFAULTS.adam, settings);
/** Default as adam, weightDecay .004. */
export const adamw = (settings: OptimizerSettings<AdamW> = {}): AdamW => filled(DEFAULTS.adamw, settings);
/** Default learningRate .001, rho .9, momentum 0, epsilon 1e-7. */
export const rmsprop = (settings: OptimizerSettings<RmsProp> = {}): RmsProp => filled(DEFAULTS.rmsprop, settings);

function filled<T extends Optimizer>(defaults: T, settings: object): T {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaults, ...Object.fromEntries(given) });
}

/** The optimizer itself, of a name with Keras's settings. */
export const optimizerOf = (optimizer: Optimizer["name"] | Optimizer): Optimizer =>
  typeof optimizer === "string" ? DEFAULTS[optimizer] : optimizer;

/** What must hold of each setting. */
const RULES: Readonly<Record<string, readonly [expected: string, allows: (value: unknown) => boolean]>> = {
  learningRate: ["a finite number > 0", (value) => isIn(value, 0, Infinity) && value !== 0],
  momentum: ["a number >= 0 and < 1", (value) => isIn(value, 0, 1)],
  nesterov: ["true or false", (value) => typeof value === "boolean"],
  beta1: ["a number >= 0 and < 1", (value) => isIn(value, 0, 1)],
  beta2: ["a number >= 0 and < 1", (value) => isIn(value, 0, 1)],
  rho: ["a number >= 0 and < 1", (value) => isIn(value, 0, 1)],
  epsilon: ["a finite number > 0", (value) => isIn(value, 0, Infinity) && value !== 0],
  weightDecay: ["a finite number >= 0", (value) => isIn(value, 0, Infinity)],
};

const isIn = (value: unknown, from: number, below: number) =>
  typeof value === "number" && value >= from && value < below;

/** What is wrong with what was given as an optimizer, or null: "learningRate must be a finite number > 0; got 0". */
export function optimizerComplaint(optimizer: unknown): string | null {
  const names = OPTIMIZERS.map((name) => JSON.stringify(name)).join(", ");
  if (typeof optimizer === "string" && Object.hasOwn(DEFAULTS, optimizer)) return null;
  const { name } = (typeof optimizer === "object" && optimizer !== null ? optimizer : {}) as { name?: string };
  if (name === undefined || !Object.hasOwn(DEFAULTS, name)) {
    return `must be one of ${names}, or such a one with its settings, as in adam({ learningRate: 0.01 }); got ${describe(optimizer)}`;
  }
  const known = Object.keys(DEFAULTS[name as Optimizer["name"]]);
  for (const [setting, value] of Object.entries(optimizer as object)) {
    if (!known.includes(setting)) return `: ${name} has no setting '${setting}'; it has ${known.slice(1).join(", ")}`;
    const rule = RULES[setting];
    if (rule !== undefined && !rule[1](value))
      return `: ${setting} of ${name} must be ${rule[0]}; got ${describe(value)}`;
  }
  const missing = known.find((setting) => !Object.hasOwn(optimizer as object, setting));
  return missing === undefined ? null : `: ${name} lacks ${missing}; make it by ${name}({ ... })`;
}

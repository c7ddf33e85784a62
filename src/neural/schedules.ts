/**
 * How the learning rate goes from epoch to epoch: data made by `exponentialDecay`, `stepDecay` or `cosineDecay`, or a function of the
 * epoch, from 0, and the optimizer's learning rate.
 */
export type LearningRateSchedule =
  | ExponentialDecay
  | StepDecay
  | CosineDecay
  | ((epoch: number, learningRate: number) => number);

/** rate * factor^epoch */
export interface ExponentialDecay {
  readonly type: "exponentialDecay";
  readonly factor: number;
}

/** rate * factor^(number of whole steps of `every` epochs) */
export interface StepDecay {
  readonly type: "stepDecay";
  readonly every: number;
  readonly factor: number;
}

/** Half a cosine from rate to rate * alpha over all epochs (Loshchilov and Hutter 2017); so it depends on how many there are. */
export interface CosineDecay {
  readonly type: "cosineDecay";
  readonly alpha: number;
}

/** Each epoch's rate is `factor` times that of the one before. */
export const exponentialDecay = (options: { readonly factor: number }): ExponentialDecay =>
  Object.freeze({ type: "exponentialDecay", factor: options.factor });

/** The rate is multiplied with `factor` (default .1) after each `every` epochs. */
export const stepDecay = (options: { readonly every: number; readonly factor?: number }): StepDecay =>
  Object.freeze({ type: "stepDecay", every: options.every, factor: options.factor ?? 0.1 });

/** From the rate down to `alpha` (default 0) of it over all epochs. */
export const cosineDecay = (options: { readonly alpha?: number } = {}): CosineDecay =>
  Object.freeze({ type: "cosineDecay", alpha: options.alpha ?? 0 });

/** Whether the rates depend on the number of epochs, so that a shorter training is no beginning of a longer one. */
export const dependsOnTotal = (schedule: LearningRateSchedule | null): boolean =>
  schedule !== null && typeof schedule === "object" && schedule.type === "cosineDecay";

/** The learning rate of an epoch, from 0. */
export function rateOf(schedule: LearningRateSchedule | null, rate: number, epoch: number, epochs: number): number {
  if (schedule === null) return rate;
  if (typeof schedule === "function") return schedule(epoch, rate);
  switch (schedule.type) {
    case "exponentialDecay":
      return rate * schedule.factor ** epoch;
    case "stepDecay":
      return rate * schedule.factor ** Math.floor(epoch / schedule.every);
    case "cosineDecay":
      return rate * (schedule.alpha + ((1 - schedule.alpha) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2);
  }
}

/** Whether anything a caller gave is a schedule. */
export function isSchedule(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const { type, factor, every, alpha } = value as Partial<Record<string, unknown>>;
  const isFactor = (number: unknown) => typeof number === "number" && number > 0 && number < Infinity;
  if (type === "exponentialDecay") return isFactor(factor);
  if (type === "stepDecay") return isFactor(factor) && Number.isSafeInteger(every) && (every as number) >= 1;
  return type === "cosineDecay" && typeof alpha === "number" && alpha >= 0 && alpha <= 1;
}

// Kernels of one parameter of choices: most of the mass lies on what was observed, the rest on all alike; the prior is even.
import { ln } from "./tpe-log";

// @ts-ignore: decorator
@unmanaged
export class Choices {
  count: f64;
  /** Observed positions, f64[n]. */
  observed: u32;
  n: u32;
  /** Masses of the observed choice and of each other one. */
  preference: f64;
  rest: f64;
  logPreference: f64;
  logRest: f64;
  logEven: f64;
}

/** Bytes of a Choices. */
export const CHOICES: u32 = 56;

export function fitChoices(choices: Choices, count: f64, observed: u32, n: u32): void {
  const share = 1 / f64(n + 1);
  choices.count = count;
  choices.observed = observed;
  choices.n = n;
  choices.preference = (1 + share) / (1 + share * count);
  choices.rest = share / (1 + share * count);
  choices.logPreference = ln(choices.preference);
  choices.logRest = ln(choices.rest);
  choices.logEven = -ln(count);
}

/** A position among the choices, from kernel k. */
export function drawChoice(choices: Choices, k: u32, uniform: f64): f64 {
  const last = choices.count - 1;
  const isPrior = k == choices.n;
  const preferred = isPrior ? -1 : load<f64>(choices.observed + (k << 3));
  const rest = isPrior ? 1 / choices.count : choices.rest;
  let sum: f64 = 0;
  for (let choice: f64 = 0; choice < last; choice += 1) {
    sum += choice == preferred ? choices.preference : rest;
    if (uniform < sum) return choice;
  }
  return last;
}

/** Adds the log mass of a choice under each of the kernels to its term. */
export function addChoice(choices: Choices, choice: f64, terms: u32): void {
  const observed = choices.observed;
  const n = choices.n;
  const logPreference = choices.logPreference;
  const logRest = choices.logRest;
  for (let k: u32 = 0; k < n << 3; k += 8) {
    const mass = load<f64>(observed + k) == choice ? logPreference : logRest;
    store<f64>(terms + k, load<f64>(terms + k) + mass);
  }
  const prior = terms + (n << 3);
  store<f64>(prior, load<f64>(prior) + choices.logEven);
}

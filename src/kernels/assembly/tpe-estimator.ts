// A Parzen estimator: a density over the parameters of a space. See ../tpe-propose.ts.
import { addChoice, Choices, drawChoice, fitChoices } from "./tpe-choices";
import { exps, ln } from "./tpe-log";
import { addDensities, addMasses, drawNormal, fitNormals, Normals, NORMALS, NORMALS_COLUMNS } from "./tpe-normals";
import { Parameter, PARAMETER } from "./tpe-parameter";

/** So many of the newest observations count fully. */
const RECENT: u32 = 25;
/** What is e^-50 of the largest term, 2e-22, changes no digit of a sum. */
const NEGLIGIBLE: f64 = -50;

// @ts-ignore: decorator
@unmanaged
export class Estimator {
  space: u32;
  parameters: u32;
  /** Observations; there is one kernel more. */
  n: u32;
  /** Bytes of a column of the kernels: f64, padded to pairs. */
  wide: u32;
  /** Columns: weights, their logarithms, and, while a density is computed, its logarithm under each kernel. */
  weights: u32;
  logWeights: u32;
  terms: u32;
  /** A column for `addMasses`. */
  table: u32;
  /** Of each parameter, its Normals or Choices. */
  factors: u32;
  masses: u32;
  /** Where it ends. */
  end: u32;
}

/** Bytes of an Estimator, and of a parameter's factor: those of the larger kind. */
const ESTIMATOR: u32 = 48;
const FACTOR: u32 = NORMALS;
const COLUMNS: u32 = 4;

/** Fits an estimator to n rows of a table, in the memory from `at` on; what lies behind it is scratch. */
export function fitEstimator(at: u32, space: u32, parameters: u32, table: u32, rows: u32, n: u32, masses: u32): Estimator {
  const estimator = changetype<Estimator>(at);
  const wide = ((n + 2) & ~1) << 3;
  estimator.space = space;
  estimator.parameters = parameters;
  estimator.n = n;
  estimator.wide = wide;
  estimator.masses = masses;
  estimator.factors = at + ESTIMATOR;
  estimator.weights = estimator.factors + FACTOR * parameters;
  estimator.logWeights = estimator.weights + wide;
  estimator.terms = estimator.logWeights + wide;
  estimator.table = estimator.terms + wide;
  let columns = estimator.weights + COLUMNS * wide;
  estimator.end = columns + NORMALS_COLUMNS * wide * parameters;
  fitWeights(estimator);
  for (let d: u32 = 0; d < parameters; d++) {
    const parameter = changetype<Parameter>(space + PARAMETER * d);
    const factor = estimator.factors + FACTOR * d;
    for (let i: u32 = 0; i < n; i++) {
      const row = load<u32>(rows + (i << 2));
      store<f64>(columns + (i << 3), load<f64>(table + ((row * parameters + d) << 3)));
    }
    if (parameter.isChoice) fitChoices(changetype<Choices>(factor), parameter.choices, columns, n);
    else fitNormals(changetype<Normals>(factor), parameter, n, columns, wide, masses, estimator.end);
    columns += NORMALS_COLUMNS * wide;
  }
  return estimator;
}

function fitWeights(estimator: Estimator): void {
  const n = estimator.n;
  const weights = estimator.weights;
  const logWeights = estimator.logWeights;
  const least = 1 / f64(n);
  const ramp = n > RECENT ? n - RECENT : 0;
  let sum: f64 = 0;
  for (let k: u32 = 0; k <= n; k++) {
    let weight: f64 = 1;
    if (k < ramp) weight = ramp == 1 ? least : least + ((1 - least) * f64(k)) / f64(ramp - 1);
    store<f64>(weights + (k << 3), weight);
    sum += weight;
  }
  store<f64>(logWeights + estimator.wide - 8, -Infinity);
  const logFull = -ln(sum);
  for (let k: u32 = 0; k <= n; k++) {
    const weight = load<f64>(weights + (k << 3)) / sum;
    store<f64>(weights + (k << 3), weight);
    store<f64>(logWeights + (k << 3), k < ramp ? ln(weight) : logFull);
  }
}

/** Draws f64[parameters] with as many uniform numbers in [0, 1), and one before them that chooses the kernel of all. */
export function draw(estimator: Estimator, uniforms: u32, out: u32): void {
  const k = kernelOf(estimator, load<f64>(uniforms));
  for (let d: u32 = 0; d < estimator.parameters; d++) {
    const parameter = changetype<Parameter>(estimator.space + PARAMETER * d);
    const factor = estimator.factors + FACTOR * d;
    const uniform = load<f64>(uniforms + (d << 3), 8);
    const drawn = parameter.isChoice
      ? drawChoice(changetype<Choices>(factor), k, uniform)
      : drawNormal(changetype<Normals>(factor), k, uniform);
    store<f64>(out + (d << 3), drawn);
  }
}

function kernelOf(estimator: Estimator, uniform: f64): u32 {
  let sum: f64 = 0;
  for (let k: u32 = 0; k < estimator.n; k++) {
    sum += load<f64>(estimator.weights + (k << 3));
    if (uniform < sum) return k;
  }
  return estimator.n;
}

/** Log density at a point, f64[parameters]; or, where it is at least `enough`, anything from there on up to it. */
export function logDensity(estimator: Estimator, point: u32, enough: f64): f64 {
  const n = estimator.n;
  const wide = estimator.wide;
  const terms = estimator.terms;
  memory.copy(terms, estimator.logWeights, wide);
  for (let d: u32 = 0; d < estimator.parameters; d++) {
    const parameter = changetype<Parameter>(estimator.space + PARAMETER * d);
    const factor = estimator.factors + FACTOR * d;
    const value = load<f64>(point + (d << 3));
    if (parameter.isChoice) addChoice(changetype<Choices>(factor), value, terms);
    else if (parameter.step == 0) addDensities(changetype<Normals>(factor), value, terms, wide);
    else addMasses(changetype<Normals>(factor), value, terms, n, estimator.masses, estimator.table);
  }
  return logSum(terms, wide, enough);
}

/** Logarithm of the sum of what the terms are the logarithms of; or only of the largest of them, if that is enough. */
function logSum(terms: u32, wide: u32, enough: f64): f64 {
  let most = f64x2.splat(-Infinity);
  for (let k: u32 = 0; k < wide; k += 16) most = f64x2.pmax(most, v128.load(terms + k));
  const largest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (largest == -Infinity || largest >= enough) return largest;
  const largestTwice = f64x2.splat(largest);
  const least = f64x2.splat(NEGLIGIBLE);
  let sums = f64x2.splat(0);
  for (let k: u32 = 0; k < wide; k += 16) {
    const logs = f64x2.sub(v128.load(terms + k), largestTwice);
    if (v128.any_true(f64x2.gt(logs, least))) sums = f64x2.add(sums, exps(logs));
  }
  return largest + ln(f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
}

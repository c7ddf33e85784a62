// Normal kernels of one numeric parameter: their densities, or the masses of the cells around each step.
import { bandwidths } from "./tpe-bandwidths";
import { differentKernels } from "./tpe-different";
import { ln } from "./tpe-log";
import { keptLogMass } from "./tpe-masses";
import { logMass, quantile } from "./tpe-normal";
import { Parameter } from "./tpe-parameter";

const HALF_LOG_TAU: f64 = 0.9189385332046727;

/** The normals of a parameter's kernels, the prior's last, in columns of f64 that are padded to pairs. */
// @ts-ignore: decorator
@unmanaged
export class Normals {
  parameter: Parameter;
  /** What the normals are cut to. */
  low: f64;
  high: f64;
  mus: u32;
  sigmas: u32;
  /** Of a continuous parameter. */
  precisions: u32;
  /** Of a continuous parameter: the log densities at the means. */
  peaks: u32;
  /** Of a parameter with steps: which of the different kernels each one is like, u32. */
  places: u32;
  /** Of a parameter with steps: the different kernels, u32. */
  different: u32;
  count: u32;
  /** Of a parameter with steps: the log masses of the different kernels between `low` and `high`. */
  wholes: u32;
}

/** Bytes of a Normals, and of its columns of `wide` bytes. */
export const NORMALS: u32 = 64;
export const NORMALS_COLUMNS: u32 = 4;

/** Fits them to the n numbers that the first column holds. */
export function fitNormals(
  normals: Normals, parameter: Parameter, n: u32, columns: u32, wide: u32, masses: u32, scratch: u32,
): void {
  const margin = parameter.step / 2;
  const low = parameter.scaled(parameter.low - margin);
  const high = parameter.scaled(parameter.high + margin);
  const mus = columns;
  const sigmas = mus + wide;
  // What pads a column adds nothing to the padding of the terms, which is -Infinity.
  for (let column: u32 = 1; column <= NORMALS_COLUMNS; column++) store<f64>(columns + column * wide - 8, 0);
  for (let i = mus; i < mus + (n << 3); i += 8) store<f64>(i, parameter.scaled(load<f64>(i)));
  store<f64>(mus + (n << 3), (low + high) / 2);
  bandwidths(mus, sigmas, n, low, high, scratch);
  normals.parameter = parameter;
  normals.low = low;
  normals.high = high;
  normals.mus = mus;
  normals.sigmas = sigmas;
  normals.precisions = sigmas + wide;
  normals.peaks = sigmas + 2 * wide;
  normals.places = sigmas + wide;
  normals.different = sigmas + wide + wide / 2;
  normals.wholes = sigmas + 2 * wide;
  if (parameter.step == 0) fitPeaks(normals, n);
  else fitWholes(normals, n, masses, scratch);
}

function fitWholes(normals: Normals, n: u32, masses: u32, scratch: u32): void {
  normals.count = differentKernels(normals.mus, normals.sigmas, n + 1, normals.places, normals.different, scratch);
  for (let place: u32 = 0; place < normals.count; place++) {
    const whole = massOf(normals, place, normals.low, normals.high, masses);
    store<f64>(normals.wholes + (place << 3), whole);
  }
}

/** Logarithm of the mass that one of the different kernels has between two numbers. */
// @ts-ignore: decorator
@inline
function massOf(normals: Normals, place: u32, from: f64, to: f64, masses: u32): f64 {
  const k = load<u32>(normals.different + (place << 2)) << 3;
  const mu = load<f64>(normals.mus + k);
  const sigma = load<f64>(normals.sigmas + k);
  return keptLogMass(masses, (from - mu) / sigma, (to - mu) / sigma);
}

function fitPeaks(normals: Normals, n: u32): void {
  let before: f64 = 0;
  let logPrecision: f64 = 0;
  for (let k: u32 = 0; k <= n; k++) {
    const mu = load<f64>(normals.mus + (k << 3));
    const sigma = load<f64>(normals.sigmas + (k << 3));
    const precision = 1 / sigma;
    // Most are as narrow as may be.
    if (sigma != before) logPrecision = ln(precision);
    before = sigma;
    const mass = logMass((normals.low - mu) / sigma, (normals.high - mu) / sigma);
    store<f64>(normals.precisions + (k << 3), precision);
    store<f64>(normals.peaks + (k << 3), logPrecision - HALF_LOG_TAU - mass);
  }
}

/** A number of the parameter's range, from kernel k. */
export function drawNormal(normals: Normals, k: u32, uniform: f64): f64 {
  const mu = load<f64>(normals.mus + (k << 3));
  const sigma = load<f64>(normals.sigmas + (k << 3));
  const z = quantile(uniform, (normals.low - mu) / sigma, (normals.high - mu) / sigma);
  return normals.parameter.nearest(mu + sigma * z);
}

/** Adds the log density of a number under each of the kernels to its term. */
export function addDensities(normals: Normals, value: f64, terms: u32, wide: u32): void {
  const x = f64x2.splat(normals.parameter.scaled(value));
  const half = f64x2.splat(0.5);
  const mus = normals.mus;
  const precisions = normals.precisions;
  const peaks = normals.peaks;
  for (let k: u32 = 0; k < wide; k += 16) {
    const z = f64x2.mul(f64x2.sub(x, v128.load(mus + k)), v128.load(precisions + k));
    const density = f64x2.sub(v128.load(peaks + k), f64x2.mul(half, f64x2.mul(z, z)));
    v128.store(terms + k, f64x2.add(v128.load(terms + k), density));
  }
}

/** The same for masses of cells. Kernels repeat: what costs is done once for each different one, into `table`. */
export function addMasses(normals: Normals, value: f64, terms: u32, n: u32, masses: u32, table: u32): void {
  const parameter = normals.parameter;
  const margin = parameter.step / 2;
  const from = parameter.scaled(value - margin);
  const to = parameter.scaled(value + margin);
  for (let place: u32 = 0; place < normals.count; place++) {
    const mass = massOf(normals, place, from, to, masses);
    store<f64>(table + (place << 3), mass - load<f64>(normals.wholes + (place << 3)));
  }
  const places = normals.places;
  for (let k: u32 = 0; k <= n; k++) {
    const term = terms + (k << 3);
    store<f64>(term, load<f64>(term) + load<f64>(table + (load<u32>(places + (k << 2)) << 3)));
  }
}

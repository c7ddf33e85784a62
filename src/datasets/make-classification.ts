import { InvalidParameterError } from "../core/errors.js";
import { boolean, checkParams, fillParams, integer, real, type Schema, seed } from "../core/params.js";
import type { Rng } from "../core/random.js";
import { assembled, type Generated, isNumbers, listed, normals, repeated, streamOf, uniforms } from "./generated.js";

/** Of `makeClassification`; named and defaulted as in scikit-learn. */
export interface MakeClassificationOptions {
  /** Rows. Default 100. */
  readonly nSamples?: number;
  /** Columns: informative, redundant, repeated and, for the rest, noise. Default 20. */
  readonly nFeatures?: number;
  /** Columns that the classes were made of. Default 2. */
  readonly nInformative?: number;
  /** Columns that are random linear combinations of the informative ones. Default 2. */
  readonly nRedundant?: number;
  /** Columns that are copies of informative or redundant ones. Default 0. */
  readonly nRepeated?: number;
  /** Classes. Default 2. */
  readonly nClasses?: number;
  /** Gaussian clusters of each class, each at its own corner of a hypercube. Default 2. */
  readonly nClustersPerClass?: number;
  /** Share of each class; the last may be left out. Default null: equal shares. */
  readonly weights?: readonly number[] | null;
  /** Share of rows whose class is drawn at random. Default 0.01. */
  readonly flipY?: number;
  /** Half the side of the hypercube: larger is easier. Default 1. */
  readonly classSep?: number;
  /** False moves the corners to random places on their axes. Default true. */
  readonly hypercube?: boolean;
  /** Added to every column, or to each; null draws from [-classSep, classSep]. Default 0. */
  readonly shift?: number | readonly number[] | null;
  /** Multiplies every column, or each, after the shift; null draws from [1, 101]. Default 1. */
  readonly scale?: number | readonly number[] | null;
  /** Whether rows and columns come in random order. Default true. */
  readonly shuffle?: boolean;
  /** Seed, an integer in [0, 2^32 - 1]. Default null: other data at each call. */
  readonly randomState?: number | null;
}

type Params = Readonly<Required<MakeClassificationOptions>>;

const columnwise = (byDefault: number) =>
  listed<number | readonly number[] | null>(
    byDefault,
    "null, a finite number or one for each column",
    (value) => value === null || Number.isFinite(value) || isNumbers(value),
  );

const schema: Schema<Required<MakeClassificationOptions>> = {
  nSamples: integer(100, { min: 1 }),
  nFeatures: integer(20, { min: 1 }),
  nInformative: integer(2, { min: 1 }),
  nRedundant: integer(2, { min: 0 }),
  nRepeated: integer(0, { min: 0 }),
  nClasses: integer(2, { min: 1 }),
  nClustersPerClass: integer(2, { min: 1 }),
  weights: listed<readonly number[] | null>(
    null,
    "null or a list of numbers >= 0",
    (value) => value === null || isNumbers(value, 0),
  ),
  flipY: real(0.01, { min: 0, max: 1 }),
  classSep: real(1, { min: 0 }),
  hypercube: boolean(true),
  shift: columnwise(0),
  scale: columnwise(1),
  shuffle: boolean(true),
  randomState: seed(),
};

/**
 * A random classification problem with clusters at the corners of a hypercube: the parameters and their meaning are
 * those of scikit-learn's `make_classification`, the random numbers are our own. Without shuffling the columns are the
 * informative, the redundant, the repeated and the noise ones, in this order.
 *
 * Source: I. Guyon, "Design of experiments for the NIPS 2003 variable selection benchmark", 2003.
 *
 * @throws InvalidParameterError for an option out of range, and for options that contradict each other
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_classification.html
 */
export function makeClassification(options: MakeClassificationOptions = {}): Generated {
  const params = fillParams(schema, options, "makeClassification");
  checkParams(schema, params, "makeClassification");
  checkTogether(params);
  const { nSamples, nFeatures, nClasses } = params;
  const rng = streamOf(params.randomState, "makeClassification");

  const values = new Float64Array(nSamples * nFeatures);
  const labels = new Int32Array(nSamples);
  drawClusters(values, labels, params, rng);
  drawOtherColumns(values, params, rng);
  for (let row = 0; row < nSamples; row++) if (rng.next() < params.flipY) labels[row] = rng.integer(nClasses);

  const { shift, scale, classSep } = params;
  const shifts = shift === null ? uniforms(nFeatures, rng, -classSep, classSep) : spread(shift, nFeatures, "shift");
  const scales = scale === null ? uniforms(nFeatures, rng, 1, 101) : spread(scale, nFeatures, "scale");
  const order = params.shuffle ? rng.permutation(nFeatures) : Uint32Array.from({ length: nFeatures }, (_, j) => j);
  const moved = values.map((_, i) => {
    const j = order[i % nFeatures]!;
    return (values[i - (i % nFeatures) + j]! + shifts[j]!) * scales[j]!;
  });
  return assembled(moved, labels, nFeatures, params.shuffle, rng);
}

function spread(value: number | readonly number[], nFeatures: number, name: string): readonly number[] {
  return repeated(value, nFeatures, name, "makeClassification");
}

function checkTogether({ nFeatures, nInformative, nRedundant, nRepeated, ...params }: Params): void {
  const { nClasses, nClustersPerClass, weights } = params;
  const used = nInformative + nRedundant + nRepeated;
  if (used > nFeatures) {
    throw new InvalidParameterError(
      `nFeatures of makeClassification must be at least nInformative + nRedundant + nRepeated (${used}); got ${nFeatures}`,
      "nFeatures",
    );
  }
  if (nInformative < Math.log2(nClasses * nClustersPerClass)) {
    throw new InvalidParameterError(
      `nInformative of makeClassification must give 2^nInformative >= nClasses * nClustersPerClass (${nClasses * nClustersPerClass}); got ${nInformative}`,
      "nInformative",
    );
  }
  if (weights !== null && weights.length !== nClasses && weights.length !== nClasses - 1) {
    throw new InvalidParameterError(
      `weights of makeClassification must be one for each of the ${nClasses} classes, or one less; got ${weights.length}`,
      "weights",
    );
  }
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 0;
  if (total > 1 + 1e-9) {
    throw new InvalidParameterError(`weights of makeClassification must add up to at most 1; got ${total}`, "weights");
  }
}

/** Rows of each cluster; cluster k belongs to class k % nClasses. */
function clusterSizes({ nSamples, nClasses, nClustersPerClass, weights }: Params): number[] {
  const given = weights ?? new Array<number>(nClasses).fill(1 / nClasses);
  const rest = Math.max(0, 1 - given.reduce((sum, weight) => sum + weight, 0));
  const shares = given.length === nClasses ? given : [...given, rest];
  const sizes = Array.from({ length: nClasses * nClustersPerClass }, (_, k) =>
    Math.floor((nSamples * shares[k % nClasses]!) / nClustersPerClass),
  );
  const missing = nSamples - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = 0; i < missing; i++) sizes[i % sizes.length]! += 1;
  return sizes;
}

/** Distinct corners of the hypercube with the coordinates -classSep and classSep. */
function corners(count: number, { nInformative, classSep, hypercube }: Params, rng: Rng): number[][] {
  const drawn = new Map<string, number[]>();
  while (drawn.size < count) {
    const bits = Array.from({ length: nInformative }, () => rng.integer(2));
    drawn.set(bits.join(""), bits);
  }
  const places = [...drawn.values()].map((bits) => bits.map((bit) => (2 * bit - 1) * classSep));
  if (hypercube) return places;
  const ofCluster = uniforms(count, rng);
  const ofColumn = uniforms(nInformative, rng);
  return places.map((place, k) => place.map((value, j) => value * ofCluster[k]! * ofColumn[j]!));
}

/** Fills the labels and the informative columns: normal deviates, sheared within each cluster, moved to its corner. */
function drawClusters(values: Float64Array, labels: Int32Array, params: Params, rng: Rng): void {
  const { nFeatures, nInformative, nClasses } = params;
  const sizes = clusterSizes(params);
  const places = corners(sizes.length, params, rng);
  let row = 0;
  sizes.forEach((size, k) => {
    const shear = uniforms(nInformative * nInformative, rng, -1, 1);
    for (const end = row + size; row < end; row++) {
      labels[row] = k % nClasses;
      const point = combined(normals(nInformative, rng), shear, nInformative);
      for (let j = 0; j < nInformative; j++) values[row * nFeatures + j] = point[j]! + places[k]![j]!;
    }
  });
}

/** Fills the redundant, the repeated and the noise columns. */
function drawOtherColumns(values: Float64Array, params: Params, rng: Rng): void {
  const { nSamples, nFeatures, nInformative, nRedundant, nRepeated } = params;
  const useful = nInformative + nRedundant;
  const mixing = uniforms(nInformative * nRedundant, rng, -1, 1);
  // Rounding up from a uniform place makes the first and the last column half as likely, as in scikit-learn.
  const sources = uniforms(nRepeated, rng, 0.5, useful - 0.5).map(Math.floor);
  for (let row = 0; row < nSamples; row++) {
    const at = values.subarray(row * nFeatures, (row + 1) * nFeatures);
    at.set(combined(at.subarray(0, nInformative), mixing, nRedundant), nInformative);
    sources.forEach((source, j) => {
      at[useful + j] = at[source]!;
    });
    at.set(normals(nFeatures - useful - nRepeated, rng), useful + nRepeated);
  }
}

/** The row vector times the matrix of `cols` columns. */
function combined(row: Float64Array, matrix: Float64Array, cols: number): Float64Array {
  const product = new Float64Array(cols);
  row.forEach((value, i) => {
    for (let j = 0; j < cols; j++) product[j]! += value * matrix[i * cols + j]!;
  });
  return product;
}

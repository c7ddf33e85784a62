import { InvalidParameterError } from "../core/errors.js";
import { boolean, checkParams, fillParams, integer, type Schema, seed } from "../core/params.js";
import type { Rng } from "../core/random.js";
import { assembled, type Generated, isCount, isNumbers, listed, repeated, streamOf, uniforms } from "./generated.js";

/** Of `makeBlobs`; named and defaulted as in scikit-learn. */
export interface MakeBlobsOptions {
  /** Rows in all, dealt evenly to the centers, or rows of each center. Default 100. */
  readonly nSamples?: number | readonly number[];
  /** Columns; ignored where `centers` are given as points. Default 2. */
  readonly nFeatures?: number;
  /** How many centers, or the centers themselves. Default null: 3, or as many as `nSamples` lists. */
  readonly centers?: number | readonly (readonly number[])[] | null;
  /** Standard deviation of all blobs, or of each. Default 1. */
  readonly clusterStd?: number | readonly number[];
  /** Range of each coordinate of drawn centers. Default [-10, 10]. */
  readonly centerBox?: readonly [low: number, high: number];
  /** Whether rows come in random order. Default true; false gives blob after blob. */
  readonly shuffle?: boolean;
  /** Seed, an integer in [0, 2^32 - 1]. Default null: other data at each call. */
  readonly randomState?: number | null;
}

export interface Blobs extends Generated {
  /** The point that each class is spread around. */
  readonly centers: readonly (readonly number[])[];
}

const isPoints = (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((point) => isNumbers(point) && point.length > 0 && point.length === value[0].length);

const isRange = (value: unknown) => isNumbers(value) && value.length === 2 && value[0]! <= value[1]!;

const schema: Schema<Required<MakeBlobsOptions>> = {
  nSamples: listed<number | readonly number[]>(
    100,
    "an integer >= 1 or a list of integers >= 0",
    (n) => isCount(n, 1) || (Array.isArray(n) && n.length > 0 && n.every((each) => isCount(each, 0))),
  ),
  nFeatures: integer(2, { min: 1 }),
  centers: listed<number | readonly (readonly number[])[] | null>(
    null,
    "null, an integer >= 1 or a list of points of one length",
    (centers) => centers === null || isCount(centers, 1) || isPoints(centers),
  ),
  clusterStd: listed<number | readonly number[]>(
    1,
    "a finite number >= 0 or a list of them",
    (std) => isNumbers(std, 0) || isNumbers([std], 0),
  ),
  centerBox: listed<readonly [number, number]>([-10, 10], "two finite numbers, the smaller first", isRange),
  shuffle: boolean(true),
  randomState: seed(),
};

/**
 * Isotropic Gaussian blobs, one a class: the parameters and their meaning are those of scikit-learn's `make_blobs`,
 * the random numbers are our own. The same seed gives the same data.
 *
 * @throws InvalidParameterError for an option out of range, or lists of different lengths
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_blobs.html
 */
export function makeBlobs(options: MakeBlobsOptions = {}): Blobs {
  const params = fillParams(schema, options, "makeBlobs");
  checkParams(schema, params, "makeBlobs");
  const rng = streamOf(params.randomState, "makeBlobs");
  const centers = placeCenters(params, rng);
  const counts = deal(params.nSamples, centers.length);
  const spread = repeated(params.clusterStd, centers.length, "clusterStd", "makeBlobs");

  const rows = counts.reduce((sum, count) => sum + count, 0);
  const cols = centers[0]!.length;
  const values = new Float64Array(rows * cols);
  const labels = new Int32Array(rows);
  let row = 0;
  counts.forEach((count, k) => {
    for (const end = row + count; row < end; row++) {
      labels[row] = k;
      for (let j = 0; j < cols; j++) values[row * cols + j] = centers[k]![j]! + spread[k]! * rng.normal();
    }
  });
  return { ...assembled(values, labels, cols, params.shuffle, rng), centers };
}

function placeCenters(params: Required<MakeBlobsOptions>, rng: Rng): number[][] {
  const { nSamples, nFeatures, centers, centerBox } = params;
  const given = typeof nSamples === "number" ? null : nSamples.length;
  if (centers !== null && typeof centers !== "number") {
    if (given === null || given === centers.length) return centers.map((point) => [...point]);
    throw new InvalidParameterError(
      `centers of makeBlobs must be as many as nSamples lists (${given}); got ${centers.length}`,
      "centers",
    );
  }
  if (given !== null && centers !== null) {
    throw new InvalidParameterError(
      `centers of makeBlobs must be null or points when nSamples is a list; got ${centers}`,
      "centers",
    );
  }
  const [low, high] = centerBox;
  return Array.from({ length: given ?? centers ?? 3 }, () => [...uniforms(nFeatures, rng, low, high)]);
}

/** Rows of each center; what does not divide evenly goes to the first ones. */
function deal(nSamples: number | readonly number[], nCenters: number): readonly number[] {
  if (typeof nSamples !== "number") return nSamples;
  const each = Math.floor(nSamples / nCenters);
  return Array.from({ length: nCenters }, (_, k) => each + (k < nSamples % nCenters ? 1 : 0));
}

import { boolean, checkParams, fillParams, nullable, real, type Schema, seed } from "../core/params.js";
import { assembled, type Generated, isCount, listed, streamOf } from "./generated.js";

/** Of `makeMoons`; named and defaulted as in scikit-learn. */
export interface MakeMoonsOptions {
  /** Rows in all, or of the outer and of the inner moon. Default 100; of an odd number the inner moon gets one more. */
  readonly nSamples?: number | readonly [outer: number, inner: number];
  /** Whether rows come in random order. Default true; false gives the outer moon, then the inner one. */
  readonly shuffle?: boolean;
  /** Standard deviation of Gaussian noise added to both coordinates. Default null: none. */
  readonly noise?: number | null;
  /** Seed, an integer in [0, 2^32 - 1]. Default null: other data at each call. */
  readonly randomState?: number | null;
}

const schema: Schema<Required<MakeMoonsOptions>> = {
  nSamples: listed<number | readonly [number, number]>(
    100,
    "an integer >= 1 or two integers >= 0",
    (n) => isCount(n, 1) || (Array.isArray(n) && n.length === 2 && n.every((each) => isCount(each, 0))),
  ),
  shuffle: boolean(true),
  noise: nullable(real(0, { min: 0 })),
  randomState: seed(),
};

/**
 * Two interleaving half circles in the plane: the parameters and their meaning are those of scikit-learn's
 * `make_moons`, the random numbers are our own. Class 0 is the outer moon, class 1 the inner one.
 *
 * @throws InvalidParameterError for an option out of range
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html
 */
export function makeMoons(options: MakeMoonsOptions = {}): Generated {
  const params = fillParams(schema, options, "makeMoons");
  checkParams(schema, params, "makeMoons");
  const rng = streamOf(params.randomState, "makeMoons");
  const { nSamples, noise } = params;
  const outer = typeof nSamples === "number" ? Math.floor(nSamples / 2) : nSamples[0];
  const inner = typeof nSamples === "number" ? nSamples - outer : nSamples[1];

  const points: number[] = [];
  for (const angle of halfTurn(outer)) points.push(Math.cos(angle), Math.sin(angle));
  for (const angle of halfTurn(inner)) points.push(1 - Math.cos(angle), 1 - Math.sin(angle) - 0.5);
  const values = Float64Array.from(points, (value) => (noise === null ? value : value + noise * rng.normal()));
  const labels = Int32Array.from({ length: outer + inner }, (_, row) => (row < outer ? 0 : 1));
  return assembled(values, labels, 2, params.shuffle, rng);
}

/** `count` angles from 0 to pi at even distances, both ends included. */
function halfTurn(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * Math.PI) / (count - 1)));
}

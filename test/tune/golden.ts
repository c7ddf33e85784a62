import { readFileSync } from "node:fs";
import { choice, float, int } from "../../src/model-selection/distributions.js";

/** What test/golden/make/tpe_optuna5.py writes. */
interface Golden {
  readonly cases: readonly {
    readonly n: number;
    readonly params: readonly (keyof typeof space)[];
    readonly observations: Readonly<Record<string, readonly number[]>>;
    readonly weights: readonly number[];
    /** For each parameter the kernels, the prior's last. */
    readonly dists: readonly (
      | { readonly mu: readonly number[]; readonly sigma: readonly number[] }
      | { readonly cat: readonly (readonly number[])[] }
    )[];
    readonly points: Readonly<Record<string, readonly number[]>>;
    readonly log_pdf: readonly number[];
  }[];
  readonly truncnorm: {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly q: readonly number[];
    readonly log_gauss_mass: readonly number[];
    /** By q, then by interval. */
    readonly ppf: readonly (readonly number[])[];
  };
  readonly gamma: readonly (readonly [n: number, good: number])[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** The parameters of the cases. */
export const space = {
  f: float(-5, 5),
  l: float(1e-5, 1, { log: true }),
  s: float(0, 1, { step: 0.1 }),
  i: int(1, 16),
  il: int(1, 128, { log: true }),
  c: choice(["a", "b", "c", "d"]),
};

export const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/tpe-optuna5.json", import.meta.url), "utf8"),
) as Golden;

/** The largest difference of two lists, relative where numbers are larger than 1. */
export function largestDifference(ours: Iterable<number>, theirs: readonly number[]): number {
  const all = [...ours];
  if (all.length !== theirs.length) return Infinity;
  return all.reduce(
    (largest, x, i) => Math.max(largest, Math.abs(x - theirs[i]!) / Math.max(1, Math.abs(theirs[i]!))),
    0,
  );
}

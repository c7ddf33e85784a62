import type { AnyEstimator } from "./estimator.js";
import { drawSeed } from "./random.js";

/** Seeds by the path of the random state that they are for. */
export type Seeds = Readonly<Record<string, number>>;

/** The name of the parameter that holds an estimator's random state; undefined where it has none. */
export function seedNameOf(estimator: AnyEstimator): string | undefined {
  const rules = estimator.definition.schema as Readonly<Record<string, { readonly isSeed?: boolean }>>;
  return Object.keys(rules).find((name) => rules[name]!.isSeed === true);
}

/** Whether a random state of the estimator itself is left to chance. */
export function isUnseeded(estimator: AnyEstimator): boolean {
  const name = seedNameOf(estimator);
  return name !== undefined && (estimator.params as Readonly<Record<string, unknown>>)[name] === null;
}

/** A drawn seed for each random state that is null, those of members too; fitted members stay as they are. */
export function drawSeeds(estimator: AnyEstimator): Seeds {
  const seeds: Record<string, number> = {};
  const collect = (one: AnyEstimator, prefix: string): void => {
    if (isUnseeded(one)) seeds[prefix + seedNameOf(one)!] = drawSeed();
    for (const [member, inner] of Object.entries(one.members as Readonly<Record<string, AnyEstimator>>)) {
      if (!inner.isFitted) collect(inner, `${prefix}${member}__`);
    }
  };
  collect(estimator, "");
  return seeds;
}

/**
 * The estimator with these seeds as its random states. So the candidates of a search are compared on the same draws and can
 * share their work.
 */
export function withSeeds<E extends AnyEstimator>(estimator: E, seeds: Seeds): E {
  return Object.keys(seeds).length === 0 ? estimator : estimator.clone(seeds as Parameters<E["clone"]>[0]);
}

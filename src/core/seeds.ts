import type { AnyEstimator } from "./estimator.js";
import { drawSeed } from "./random.js";

/** The name of the parameter that holds an estimator's random state; undefined where it has none. */
export function seedNameOf(estimator: AnyEstimator): string | undefined {
  const rules = estimator.definition.schema as Readonly<Record<string, { readonly isSeed?: boolean }>>;
  return Object.keys(rules).find((name) => rules[name]!.isSeed === true);
}

/**
 * The estimator with a drawn seed in place of each null random state, those of members too; fitted members stay as they
 * are. So the candidates of a search are compared on the same draws and can share their work.
 */
export function withSeeds<E extends AnyEstimator>(estimator: E): E {
  const patch: Record<string, number> = {};
  const collect = (one: AnyEstimator, prefix: string): void => {
    const name = seedNameOf(one);
    if (name !== undefined && (one.params as Readonly<Record<string, unknown>>)[name] === null) {
      patch[prefix + name] = drawSeed();
    }
    for (const [member, inner] of Object.entries(one.members as Readonly<Record<string, AnyEstimator>>)) {
      if (!inner.isFitted) collect(inner, `${prefix}${member}__`);
    }
  };
  collect(estimator, "");
  return Object.keys(patch).length === 0 ? estimator : estimator.clone(patch as Parameters<E["clone"]>[0]);
}

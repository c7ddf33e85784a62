import { type AnyEstimator, Estimator, type Method } from "../core/estimator.js";
import { type NamedEstimators, namedEstimators, namesComplaint } from "../core/named-estimators.js";
import { boolean, rule, type Schema } from "../core/params.js";
import { cvOrPrefitRule } from "../model-selection/cv-rule.js";
import type { CvLike } from "../split/check-cv.js";

/** What the final estimator is given of a classifier; "auto" for the first of the three that the member has. */
export type StackMethod = "auto" | "predictProba" | "decisionFunction" | "predict";

export interface StackingParams<T extends NamedEstimators, F extends AnyEstimator> {
  /** The members, as pairs [name, estimator]. */
  readonly estimators: T;
  /** Learns from what the members say; its parameters are `finalEstimator__name`. */
  readonly finalEstimator: F;
  /**
   * How rows are held out, so that members are asked about rows that they have not learnt from: a number of folds (stratified
   * for classes), a splitter or pairs of rows that put each row into one test fold; or "prefit": the members are fitted
   * already and are used as they are. Default 5.
   */
  readonly cv: CvLike | "prefit";
  /** The final estimator is also given X itself. Default false. */
  readonly passthrough: boolean;
}

const OWN = ["estimators", "finalEstimator", "cv", "stackMethod", "passthrough"];

/** @param kind of the final estimator, as its rule calls it: "a classifier" */
export function stackingRules<T extends NamedEstimators, F extends AnyEstimator>(
  kind: string,
): Schema<StackingParams<T, F>> {
  return {
    estimators: namedEstimators<T>(),
    finalEstimator: rule<F>({
      default: null as unknown as F, // The constructor makes one, so that no two stacks have one in common.
      expected: kind,
      allows: (value) => value instanceof Estimator,
      samples: [],
      wrong: [null, 1, "ridge", {}],
    }),
    cv: cvOrPrefitRule(),
    passthrough: boolean(false),
  };
}

/** What shared code knows of the parameters; regressors have no choice of methods. */
export type AnyStackingParams = StackingParams<NamedEstimators, AnyEstimator> & { readonly stackMethod?: StackMethod };

/** What is asked of a member. */
export function methodOf(member: AnyEstimator, { stackMethod = "auto" }: AnyStackingParams): Method {
  if (stackMethod !== "auto") return stackMethod;
  return (["predictProba", "decisionFunction"] as const).find((method) => member.methods.includes(method)) ?? "predict";
}

/** What is wrong with the names or the kinds of the estimators, or null. */
export function stackingComplaint(
  owner: string,
  params: AnyStackingParams,
  target: "labels" | "numbers",
): string | null {
  const { estimators, finalEstimator } = params;
  const [one, many] = target === "labels" ? ["a classifier", "classifiers"] : ["a regressor", "regressors"];
  const wrongName = namesComplaint(estimators, "estimators", owner, OWN);
  if (wrongName !== null) return wrongName;
  for (const [name, member] of estimators) {
    const who = `"${name}" (${member.definition.name})`;
    if (member.target !== target) return `estimators of ${owner} must be ${many}; ${who} is none`;
    const method = methodOf(member, params);
    if (!member.methods.includes(method)) {
      return `estimators of ${owner} must have ${method} where stackMethod is "${params.stackMethod}"; ${who} has ${member.methods.join(", ")}`;
    }
  }
  return finalEstimator.target === target
    ? null
    : `finalEstimator of ${owner} must be ${one}; got ${finalEstimator.definition.name}`;
}

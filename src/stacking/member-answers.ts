import type { AnyEstimator, Method, RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { predictAll } from "../core/predict-all.js";
import type { Answer } from "./meta-table.js";

/** A member and what it is asked. */
export interface Asked {
  readonly member: AnyEstimator;
  readonly method: Method;
}

/** What fitted members say of X, in their order; those that are asked the same are asked together. */
export async function answersOf(asked: readonly Asked[], X: Matrix, ctx: RunContext): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const method of new Set(asked.map((one) => one.method))) {
    const those = [...asked.keys()].filter((i) => asked[i]!.method === method);
    const members = those.map((i) => asked[i]!.member);
    for await (const [k, output] of predictAll(members, X, method, ctx)) answers[those[k]!] = { method, output };
  }
  return answers;
}

import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator, Method, Output, RunOptions } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { predictAll } from "../core/predict-all.js";
import type { Target } from "../core/target.js";
import { makeScorer, resolveScorer, type Scorer, type ScorerName } from "../metrics/scorers.js";
import type { Scores } from "./events.js";

/** A metric of the true and the predicted labels or numbers, larger is better; `makeScorer` for anything else. */
export type ScoringFunction = (yTrue: never, yPred: never) => number;

/** One way to score: a name, a scorer, or a function. */
export type SingleScoring = ScorerName | Scorer | ScoringFunction;

/** How to score: a name, a scorer, a function, several of them, or null for accuracy (classes) or R2 (numbers). */
export type Scoring = SingleScoring | readonly SingleScoring[] | null;

/** The scorers that are meant, none of a name twice. */
export function scorersOf(scoring: Scoring, estimator: AnyEstimator): readonly Scorer[] {
  if (scoring === null) return [resolveScorer(estimator.target === "labels" ? "accuracy" : "r2")];
  const many = isSeveral(scoring) ? scoring : [scoring];
  if (many.length === 0) throw new InvalidParameterError("scoring must name at least one scorer; got none", "scoring");
  const scorers = many.map((one) =>
    typeof one === "function" ? makeScorer(one, { name: one.name === "" ? "score" : one.name }) : resolveScorer(one),
  );
  const twice = scorers.find(({ name }, i) => scorers.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new InvalidParameterError(`scoring must not have '${twice.name}' twice`, "scoring");
  return scorers;
}

function isSeveral(scoring: SingleScoring | readonly SingleScoring[]): scoring is readonly SingleScoring[] {
  return Array.isArray(scoring);
}

/** Scores of one estimator; a scorer that failed is left out, and the first failure noted. */
export interface Scored {
  readonly scores: Scores;
  readonly error: Error | null;
}

/** Scores every fitted estimator on the same rows; each method is asked once of all of them together. */
export async function scoreAll(
  estimators: readonly AnyEstimator[],
  X: Matrix,
  y: Target,
  scorers: readonly Scorer[],
  options: RunOptions,
): Promise<Scored[]> {
  const found = estimators.map(() => new Map<string, number>());
  const errors = estimators.map((): Error | null => null);
  const truth = y.toArray();
  for (const [method, those] of byMethod(scorers, estimators[0]!)) {
    await askAll(estimators, X, method, options, (i, output) => {
      if (output instanceof Error) {
        errors[i] ??= output;
        return;
      }
      const classes = estimators[i]!.state.classes ?? undefined;
      for (const scorer of those) {
        try {
          found[i]!.set(scorer.name, scorer.score(truth, output, { classes }));
        } catch (error) {
          errors[i] ??= asError(error);
        }
      }
    });
  }
  return found.map((scores, i) => ({ scores: Object.fromEntries(scores), error: errors[i]! }));
}

/** Asks all estimators together; should that fail, one by one, so that the failure lands on its own candidate. */
async function askAll(
  estimators: readonly AnyEstimator[],
  X: Matrix,
  method: Method,
  options: RunOptions,
  take: (index: number, output: Output | Error) => void,
): Promise<void> {
  const left = new Set(estimators.keys());
  try {
    for await (const [i, output] of predictAll(estimators, X, method, options)) {
      left.delete(i);
      take(i, output);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (estimators.length === 1) take(0, asError(error));
    else for (const i of left) await askAll([estimators[i]!], X, method, options, (_, output) => take(i, output));
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The scorers by the method whose answer they need. Candidates are of one kind, so the first speaks for all. */
function byMethod(scorers: readonly Scorer[], estimator: AnyEstimator): Map<Method, Scorer[]> {
  const groups = new Map<Method, Scorer[]>();
  for (const scorer of scorers) {
    const method = methodFor(scorer, estimator);
    const group = groups.get(method);
    if (group === undefined) groups.set(method, [scorer]);
    else group.push(scorer);
  }
  return groups;
}

/** What a scorer asks of an estimator. */
export function methodFor({ needs }: Scorer, estimator: AnyEstimator): Method {
  if (needs !== "proba-or-decision") return needs;
  return estimator.methods.includes("decisionFunction") ? "decisionFunction" : "predictProba";
}

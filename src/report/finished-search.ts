import type { CandidateParams, CvResults } from "../model-selection/cv-results.js";
import { choice, type Distribution, float, int, toInternal } from "../model-selection/distributions.js";
import type { FrozenTrial } from "../tune/frozen-trial.js";

/** A fitted search, or whatever else answers what one is asked. */
export interface FinishedSearch {
  readonly cvResults: Pick<CvResults, "columns" | "length">;
  readonly bestIndex: number;
  readonly bestScore: number;
  readonly bestParams: CandidateParams;
  /** The candidates as trials, where the search keeps them so. */
  readonly trials?: readonly FrozenTrial[];
  /** `refit` is the name of the scorer that decided, where there were several. */
  readonly params: {
    readonly refit: boolean | string;
    readonly estimator?: { readonly definition: { readonly name: string } };
  };
}

/** Of a search, the results that its pictures and its report are made of. */
export interface Candidates {
  readonly params: readonly CandidateParams[];
  /** Mean test scores by the scorer that decided; NaN for candidates that failed. */
  readonly scores: ArrayLike<number>;
  /** What the column of those scores ends with: "score", or the scorer's name. */
  readonly scoreName: string;
  /** Whether a candidate was given all resources, so that its score can be compared with the best. */
  readonly isFinal: (candidate: number) => boolean;
}

export function candidatesOf({ cvResults, params }: FinishedSearch): Candidates {
  const { columns } = cvResults;
  const names = Object.keys(columns).flatMap((name) => (name.startsWith("mean_test_") ? [name.slice(10)] : []));
  const scoreName = names.find((name) => name === params.refit) ?? names[0]!;
  const { iter, state } = columns;
  const last = iter === undefined ? 0 : Math.max(...(iter as ArrayLike<number> & Iterable<number>));
  return {
    params: columns.params as readonly CandidateParams[],
    scores: columns[`mean_test_${scoreName}`] as ArrayLike<number>,
    scoreName,
    isFinal: (candidate) => (iter === undefined || iter[candidate] === last) && state?.[candidate] !== "pruned",
  };
}

/** The candidates of a search as trials; where it keeps none, parameters are taken for what their values look like. */
export function trialsOf(search: FinishedSearch): readonly FrozenTrial[] {
  if (search.trials !== undefined) return search.trials;
  const { params, scores, isFinal } = candidatesOf(search);
  const names = [...new Set(params.flatMap((candidate) => Object.keys(candidate)))];
  const distributions = new Map(
    names.map((name) => [name, distributionOf(params.flatMap((of) => valuesOf(of, name)))]),
  );
  return params.map((values, number): FrozenTrial => {
    const value = scores[number]!;
    const own = names.filter((name) => Object.hasOwn(values, name));
    return {
      number,
      state: Number.isNaN(value) ? "failed" : isFinal(number) ? "complete" : "pruned",
      value: Number.isNaN(value) ? null : value,
      internals: new Map(own.map((name) => [name, toInternal(distributions.get(name)!, values[name], name)])),
      distributions: new Map(own.map((name) => [name, distributions.get(name)!])),
      intermediate: new Map(),
      userAttrs: new Map(),
      systemAttrs: new Map(),
      started: null,
      finished: null,
    };
  });
}

function valuesOf(params: CandidateParams, name: string): readonly unknown[] {
  return Object.hasOwn(params, name) ? [params[name]] : [];
}

/** A range of numbers, on logarithms where it spans two orders of magnitude; else a choice. */
function distributionOf(values: readonly unknown[]): Distribution {
  const numbers = values.filter((value): value is number => Number.isFinite(value));
  if (numbers.length < values.length) return choice([...new Set(values)]);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isInteger = numbers.every(Number.isSafeInteger);
  const log = low > 0 && high / low >= 100;
  return isInteger ? int(low, high, { log }) : float(low, high, { log });
}

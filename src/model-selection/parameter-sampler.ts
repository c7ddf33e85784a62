import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { At, Path } from "../core/paths.js";
import { Rng } from "../core/random.js";
import { describe } from "../core/to-matrix.js";
import type { CandidateParams } from "./cv-results.js";
import { type Distribution, drawUniformly, fromInternal, isDistribution, type SearchSpace } from "./distributions.js";
import { type Axes, combination, sortedEntries } from "./parameter-grid.js";

/** For some parameters of E and of its members, values of which one is drawn, or what `float`, `int` and `choice` make. */
export type ParamDistributions<E extends AnyEstimator> = {
  readonly [K in Path<E>]?: readonly At<E, K>[] | SearchSpace<E>[K];
};

/**
 * Candidates drawn at random: from lists alone each combination at most once, else each parameter by itself. Of several
 * records one is drawn for each candidate. Candidate 17 depends on the seed and on 17, not on how many there will be.
 *
 * @throws InvalidParameterError for what is neither a list of values nor a distribution
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.ParameterSampler.html
 */
export class ParameterSampler implements Iterable<CandidateParams> {
  /** Number of candidates: fewer than asked for where lists have no more combinations. */
  readonly length: number;
  readonly #records: readonly (readonly (readonly [path: string, source: Distribution | readonly unknown[]])[])[];
  readonly #rng: Rng;

  constructor(distributions: object | readonly object[], nIter: number, randomState: number) {
    const records: readonly unknown[] = Array.isArray(distributions) ? distributions : [distributions];
    if (records.length === 0) {
      throw new InvalidParameterError(
        "paramDistributions must hold at least one record; got none",
        "paramDistributions",
      );
    }
    this.#records = records.map((record) => sortedEntries(record, "paramDistributions").map(checked));
    this.#rng = new Rng(randomState);
    const combinations = this.#axes?.reduce((product, [, values]) => product * values.length, 1);
    this.length = Math.min(nIter, combinations ?? nIter);
  }

  /** The lists, where there is one record that holds nothing else. */
  get #axes(): Axes | undefined {
    const [record, another] = this.#records;
    const isLists = another === undefined && record!.every(([, source]) => !isDistribution(source));
    return isLists ? (record as Axes) : undefined;
  }

  /** One candidate after the other, in order. */

  *[Symbol.iterator](): Generator<CandidateParams> {
    if (this.#axes !== undefined) yield* this.#withoutReplacement(this.#axes);
    else for (let i = 0; i < this.length; i++) yield this.#independent(this.#rng.stream("candidate", i));
  }

  /** Fisher and Yates's shuffle of all combinations, of which only those are written down that have been moved. */
  *#withoutReplacement(axes: Axes): Generator<CandidateParams> {
    const size = axes.reduce((product, [, values]) => product * values.length, 1);
    const moved = new Map<number, number>();
    for (let i = 0; i < this.length; i++) {
      const j = i + this.#rng.stream("candidate", i).integer(size - i);
      yield combination(axes, moved.get(j) ?? j);
      moved.set(j, moved.get(i) ?? i);
    }
  }

  #independent(rng: Rng): CandidateParams {
    const record = this.#records[rng.integer(this.#records.length)]!;
    return Object.fromEntries(
      record.map(([path, source]) => [
        path,
        isDistribution(source) ? fromInternal(source, drawUniformly(source, rng)) : source[rng.integer(source.length)],
      ]),
    );
  }
}

function checked([path, source]: readonly [string, unknown]): readonly [string, Distribution | readonly unknown[]] {
  if (isDistribution(source) || (Array.isArray(source) && source.length > 0)) return [path, source];
  throw new InvalidParameterError(
    `${path} of paramDistributions must be an array of at least one value, or what float, int or choice make; got ${describe(source)}`,
    path,
  );
}

import type { AnyEstimator, Definition } from "../core/estimator.js";
import { integer, rule, seed } from "../core/params.js";
import { type ParamDistributions, ParameterSampler } from "./parameter-sampler.js";
import { SearchCV } from "./search-cv.js";
import { checkRefit, type SearchParams, searchRules } from "./search-params.js";
import type { SearchRun } from "./search-run.js";

export interface RandomizedSearchCVParams<E extends AnyEstimator> extends SearchParams<E> {
  /**
   * For each parameter (`member__name` for parameters of members) the values to draw from: an array, or what `float`, `int`
   * and `choice` make. Of several such records one is drawn for each candidate.
   */
  readonly paramDistributions: ParamDistributions<E> | readonly ParamDistributions<E>[];
  /** Number of candidates. Default 10. */
  readonly nIter: number;
  /** Seed of the draws; null for new ones each time. Default null. */
  readonly randomState: number | null;
}

function definition<E extends AnyEstimator>(): Definition<RandomizedSearchCVParams<E>> {
  return {
    name: "RandomizedSearchCV",
    schema: {
      ...searchRules<E>(),
      paramDistributions: rule<ParamDistributions<E> | readonly ParamDistributions<E>[]>({
        default: {} as ParamDistributions<E>,
        expected: "a record of arrays and distributions, or an array of such records",
        allows: (value) => typeof value === "object" && value !== null,
        samples: [],
        wrong: [null, 1, "C"],
      }),
      nIter: integer(10, { min: 1, max: 1_000_000 }),
      randomState: seed(),
    },
    check: (params) => checkRefit(params, "RandomizedSearchCV"),
  };
}

/**
 * Tries candidates drawn at random from lists and distributions, and refits the best on all rows. Lists alone are drawn from
 * without replacement. All candidates of a fold are fitted together, as in GridSearchCV.
 *
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.RandomizedSearchCV.html
 */
export class RandomizedSearchCV<E extends AnyEstimator> extends SearchCV<E, RandomizedSearchCVParams<E>> {
  constructor(
    params: Partial<Omit<RandomizedSearchCVParams<E>, "paramDistributions">> & {
      estimator: E;
      paramDistributions: ParamDistributions<NoInfer<E>> | readonly ParamDistributions<NoInfer<E>>[];
    },
  ) {
    super(definition<E>(), params as Partial<RandomizedSearchCVParams<E>>);
  }

  protected override count(params: Readonly<RandomizedSearchCVParams<E>>): number {
    return samplerOf(params).length;
  }

  protected override async explore(run: SearchRun<E>, params: Readonly<RandomizedSearchCVParams<E>>): Promise<void> {
    await run.score([...samplerOf(params)]);
  }
}

/** The random state is a number here: one that is null is drawn before a fit. */
function samplerOf<E extends AnyEstimator>(params: Readonly<RandomizedSearchCVParams<E>>): ParameterSampler {
  return new ParameterSampler(params.paramDistributions, params.nIter, params.randomState!);
}

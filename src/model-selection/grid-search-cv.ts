import type { AnyEstimator, Definition } from "../core/estimator.js";
import type { CandidateParams } from "./cv-results.js";
import { type GridLike, ParameterGrid } from "./parameter-grid.js";
import { SearchCV } from "./search-cv.js";
import { checkRefit, gridRule, type SearchParams, searchRules } from "./search-params.js";
import type { SearchRun } from "./search-run.js";

export interface GridSearchCVParams<E extends AnyEstimator> extends SearchParams<E> {
  /** The values to try for each parameter (`member__name` for parameters of members), or several such grids. */
  readonly paramGrid: GridLike<E>;
}

function definition<E extends AnyEstimator>(): Definition<GridSearchCVParams<E>> {
  return {
    name: "GridSearchCV",
    schema: { ...searchRules<E>(), paramGrid: gridRule<GridLike<E>>() },
    check: (params) => checkRefit(params, "GridSearchCV"),
  };
}

/**
 * Tries every combination of a grid of parameters by cross-validation, and refits the best on all rows.
 *
 * All candidates of a fold are fitted together, so that they share their work (27 forests that differ in `nEstimators`,
 * `maxDepth` and `minSamplesSplit` cost one); scores and states are bit for bit those of independent fits. Ties go to
 * the candidate that comes first. A random state of null becomes one drawn seed for the whole search, which
 * `bestEstimator` shows. An evalSet is handed to every fit, those of the folds and the refit.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.GridSearchCV.html
 */
export class GridSearchCV<E extends AnyEstimator> extends SearchCV<E, GridSearchCVParams<E>> {
  constructor(
    params: Partial<Omit<GridSearchCVParams<E>, "paramGrid">> & { estimator: E; paramGrid: GridLike<NoInfer<E>> },
  ) {
    super(definition<E>(), params);
  }

  protected override count({ paramGrid }: Readonly<GridSearchCVParams<E>>): number {
    return new ParameterGrid(paramGrid).length;
  }

  protected override async explore(run: SearchRun<E>, { paramGrid }: Readonly<GridSearchCVParams<E>>): Promise<void> {
    await run.score([...new ParameterGrid(paramGrid)] as CandidateParams[]);
  }
}

import { InvalidParameterError, TrellisError } from "../core/errors.js";
import type {
  AnyEstimator,
  Definition,
  FitContext,
  FitOptions,
  FittedWith,
  Method,
  Output,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { MetaEstimator } from "../core/meta-estimator.js";
import { fittedEstimator, nullOr, requireShape } from "../core/model-shape.js";
import { rule } from "../core/params.js";
import type { ParamGrid } from "../core/paths.js";
import { predictAll } from "../core/predict-all.js";
import { type Target, type TargetLike, toTarget } from "../core/target.js";
import { toMatrix } from "../core/to-matrix.js";
import type { CandidateParams, CvResults } from "./cv-results.js";
import type { SearchEvent } from "./events.js";
import { type GridLike, ParameterGrid } from "./parameter-grid.js";
import { scoreAll, scorersOf } from "./scoring.js";
import { resultsOf, type SearchModel, type SearchParams, search, timesOf } from "./search.js";
import { searchRules } from "./search-params.js";

export interface GridSearchCVParams<E extends AnyEstimator> extends SearchParams<E> {
  /** The values to try for each parameter (`member__name` for parameters of members), or several such grids. */
  readonly paramGrid: GridLike<E>;
}

export interface SearchFitOptions extends FitOptions {
  /** Told of everything that happens in the search, in order. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
}

function definition<E extends AnyEstimator>(): Definition<GridSearchCVParams<E>> {
  return {
    name: "GridSearchCV",
    schema: {
      ...searchRules<E>(),
      paramGrid: rule<GridLike<E>>({
        default: {} as ParamGrid<E>,
        expected: "a record of arrays of values, or an array of such records",
        allows: (value) => typeof value === "object" && value !== null,
        samples: [],
        wrong: [null, 1, "C"],
      }),
    },
    check: ({ estimator, scoring, refit }) => {
      const names = scorersOf(scoring, estimator).map(({ name }) => name);
      if (typeof refit === "string" && !names.includes(refit)) {
        return `refit of GridSearchCV must be one of the scorers ${names.join(", ")}; got ${JSON.stringify(refit)}`;
      }
      if (refit === true && names.length > 1) {
        return `refit of GridSearchCV must name the scorer that decides, one of ${names.join(", ")}; got true`;
      }
      return null;
    },
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
export class GridSearchCV<E extends AnyEstimator> extends MetaEstimator<
  GridSearchCVParams<E>,
  SearchModel,
  { readonly estimator: E },
  E
> {
  constructor(
    params: Partial<Omit<GridSearchCVParams<E>, "paramGrid">> & { estimator: E; paramGrid: GridLike<NoInfer<E>> },
  ) {
    super(definition<E>(), params);
  }

  override get members(): { readonly estimator: E } {
    return { estimator: this.params.estimator };
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<GridSearchCVParams<E>> {
    return { estimator: members.estimator as E };
  }

  override get target(): Target["kind"] {
    return this.params.estimator.target;
  }

  override get methods(): readonly Method[] {
    return this.params.estimator.methods;
  }

  override get allowsNaN(): boolean {
    return this.params.estimator.allowsNaN;
  }

  override get allowsLabels(): boolean {
    return this.params.estimator.allowsLabels;
  }

  override get usesSampleWeight(): boolean {
    return this.params.estimator.usesSampleWeight;
  }

  override get usesEvalSet(): boolean {
    return this.params.estimator.usesEvalSet;
  }

  /** Runs the search. `onEvent` is told of every score as it is made. */
  override fit(X: MatrixLike, y?: TargetLike | null, options: SearchFitOptions = {}): Promise<this> {
    const { onEvent, onProgress, ...rest } = options;
    return super.fit(X, y, {
      ...rest,
      onProgress: (progress) => {
        onProgress?.(progress);
        if (progress.event !== undefined) onEvent?.(progress.event as SearchEvent);
      },
    });
  }

  /** Scores of all candidates, with scikit-learn's columns. */
  get cvResults(): CvResults {
    return resultsOf(this.state.model);
  }

  /** Which candidate is best. */
  get bestIndex(): number {
    return this.state.model.bestIndex;
  }

  /** Its mean test score. */
  get bestScore(): number {
    return this.state.model.bestScore;
  }

  /** Its parameters: those that the grid names. */
  get bestParams(): CandidateParams {
    return this.state.model.params[this.bestIndex]!;
  }

  /**
   * The best candidate, fitted on all rows.
   * @throws TrellisError without refit
   */
  get bestEstimator(): E {
    return refitted(this.state.model) as E;
  }

  /** Number of folds. */
  get nSplits(): number {
    return this.state.model.folds;
  }

  /** Seconds of the refit; null for a search that was loaded. */
  get refitTime(): number | null {
    return timesOf(this.state.model)?.refit ?? null;
  }

  /** Seconds of the whole search; null for one that was loaded. */
  get totalTime(): number | null {
    return timesOf(this.state.model)?.total ?? null;
  }

  /** The best estimator's score by the scorer that decided. */
  override async score(X: MatrixLike, y: TargetLike, options: RunOptions = {}): Promise<number> {
    const { scoring, refit } = this.params;
    const scorers = scorersOf(scoring, this.params.estimator);
    const scorer = scorers.find(({ name }) => name === refit) ?? scorers[0]!;
    const { allowsNaN, allowsLabels } = this;
    const matrix = await toMatrix(X, { allowsNaN, allowsLabels, signal: options.signal });
    const truth = toTarget(y, this.target, matrix.rows, this.definition.name);
    const [scored] = await scoreAll([this.bestEstimator], matrix, truth, [scorer], options);
    if (scored!.error !== null) throw scored!.error;
    return scored!.scores[scorer.name]!;
  }

  override learn(data: TrainingData, params: Readonly<GridSearchCVParams<E>>, ctx: FitContext): Promise<SearchModel> {
    const patches = [...new ParameterGrid(params.paramGrid)] as CandidateParams[];
    return search(patches, params, data, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<GridSearchCVParams<E>, SearchModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    yield* predictAll(
      fitted.map(({ model }) => refitted(model)),
      X,
      method,
      ctx,
    );
  }

  override validate({ model }: FittedWith<GridSearchCVParams<E>, SearchModel>): void {
    requireShape("GridSearchCV", model.bestEstimator, nullOr(fittedEstimator));
    if (model.params[model.bestIndex] === undefined) {
      throw new InvalidParameterError(
        `the stored search is damaged: its best candidate is ${model.bestIndex}`,
        "bestIndex",
      );
    }
  }
}

function refitted(model: SearchModel): AnyEstimator {
  if (model.bestEstimator !== null) return model.bestEstimator;
  throw new TrellisError(
    "this GridSearchCV has refit: false, so it has no best estimator to predict with",
    "NOT_REFITTED",
  );
}

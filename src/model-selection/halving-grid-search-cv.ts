import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator, Definition, TrainingData } from "../core/estimator.js";
import { anyOf, boolean, integer, oneOf, real, rule, seed } from "../core/params.js";
import type { Path } from "../core/paths.js";
import { Rng } from "../core/random.js";
import type { Split } from "../split/splitter.js";
import type { CandidateParams } from "./cv-results.js";
import { type HalvingRound, halvingSchedule } from "./halving-schedule.js";
import { type GridLike, ParameterGrid } from "./parameter-grid.js";
import { SearchCV } from "./search-cv.js";
import { checkRefit, gridRule, type SearchParams, searchRules } from "./search-params.js";
import type { SearchRun } from "./search-run.js";
import { splitsOf } from "./splits-of.js";

export interface HalvingGridSearchCVParams<E extends AnyEstimator> extends SearchParams<E> {
  /** The values to try for each parameter (`member__name` for parameters of members), or several such grids. */
  readonly paramGrid: GridLike<E>;
  /** Each round a `factor`-th of the candidates goes on, with `factor` times the resources. Default 3. */
  readonly factor: number;
  /** What candidates are given more and more of: "nSamples", rows, or a parameter that counts, such as "nEstimators". */
  readonly resource: string;
  /** The most that a candidate is given. Default "auto": all rows; a parameter needs a number. */
  readonly maxResources: number | "auto";
  /**
   * What the candidates of the first round are given: "smallest" is 2 rows a fold and class, or 1 of a parameter; "exhaust",
   * the default, as much as lets the last round have the most.
   */
  readonly minResources: number | "exhaust" | "smallest";
  /** Repeats the first round until no more than `factor` candidates are left for the most resources. Default false. */
  readonly aggressiveElimination: boolean;
  /** Seed of the rows that are drawn; null for new ones each time. Default null. */
  readonly randomState: number | null;
}

function definition<E extends AnyEstimator>(): Definition<HalvingGridSearchCVParams<E>> {
  return {
    name: "HalvingGridSearchCV",
    schema: {
      ...searchRules<E>(),
      paramGrid: gridRule<GridLike<E>>(),
      factor: real(3, { min: 1, open: true }),
      resource: rule<string>({
        default: "nSamples",
        expected: '"nSamples" or the name of a parameter',
        allows: (value) => typeof value === "string",
        samples: ["nSamples"],
        wrong: [null, 1],
      }),
      maxResources: anyOf<number | "auto">("auto", oneOf("auto", "auto"), integer(40, { min: 1 })),
      minResources: anyOf<number | "exhaust" | "smallest">(
        "exhaust",
        oneOf("exhaust", "exhaust", "smallest"),
        integer(20, { min: 1 }),
      ),
      aggressiveElimination: boolean(false),
      randomState: seed(),
    },
    check: (params) => {
      const { resource, maxResources } = params;
      if (resource !== "nSamples" && maxResources === "auto") {
        return `maxResources of HalvingGridSearchCV must be a number where the resource is a parameter, ${resource}; got "auto"`;
      }
      return checkRefit(params, "HalvingGridSearchCV");
    },
  };
}

/**
 * Successive halving of a grid: all candidates are scored with few resources, the best of them with more, and so on; the best of
 * the last round is refitted on all rows. `cvResults` has a row for each candidate and round, with the columns `iter` and
 * `n_resources`.
 *
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.HalvingGridSearchCV.html
 */
export class HalvingGridSearchCV<E extends AnyEstimator> extends SearchCV<E, HalvingGridSearchCVParams<E>> {
  constructor(
    params: Partial<Omit<HalvingGridSearchCVParams<E>, "paramGrid" | "resource">> & {
      estimator: E;
      paramGrid: GridLike<NoInfer<E>>;
      resource?: "nSamples" | Path<NoInfer<E>>;
    },
  ) {
    super(definition<E>(), params);
  }

  protected override count(params: Readonly<HalvingGridSearchCVParams<E>>, data: TrainingData): number {
    return scheduleOf(params, data).reduce((sum, { candidates }) => sum + candidates, 0);
  }

  protected override async explore(run: SearchRun<E>, params: Readonly<HalvingGridSearchCVParams<E>>): Promise<void> {
    const { resource, randomState, paramGrid } = params;
    const bySamples = resource === "nSamples";
    let patches = [...new ParameterGrid(paramGrid)] as CandidateParams[];
    if (patches.some((patch) => Object.hasOwn(patch, resource))) {
      throw new InvalidParameterError(`${resource} cannot be both the resource and in paramGrid`, resource);
    }
    const drawn = bySamples ? new DrawnRows(run.splits, new Rng(randomState!)) : null;
    for (const [iter, { candidates, resources }] of scheduleOf(params, run.data).entries()) {
      if (iter > 0) patches = patches.slice(0, candidates);
      const given = bySamples ? patches : patches.map((patch) => ({ ...patch, [resource]: resources }));
      const scores = await run.score(given, {
        facts: { iter, n_resources: resources },
        supersedes: iter > 0,
        ...(drawn !== null && { on: { name: `${resources} rows`, splits: drawn.splits(resources / run.data.X.rows) } }),
      });
      if (run.isStopped) return;
      patches = inOrder(patches, scores);
    }
  }
}

/** Best first; equals in the order in which they were, and those that failed last. */
function inOrder(patches: readonly CandidateParams[], scores: readonly number[]): CandidateParams[] {
  const value = (i: number) => (Number.isNaN(scores[i]!) ? Number.NEGATIVE_INFINITY : scores[i]!);
  return [...patches.keys()].sort((a, b) => value(b) - value(a) || a - b).map((i) => patches[i]!);
}

function scheduleOf<E extends AnyEstimator>(
  params: Readonly<HalvingGridSearchCVParams<E>>,
  { X, y }: TrainingData,
): HalvingRound[] {
  const { resource, maxResources, paramGrid, cv } = params;
  const classes = y.kind === "labels" ? y.classes.length : 1;
  const smallest = resource === "nSamples" ? 2 * splitsOf(cv, y).length * classes : 1;
  const most = maxResources === "auto" ? X.rows : maxResources;
  if (resource === "nSamples" && most > X.rows) {
    throw new InvalidParameterError(
      `maxResources of HalvingGridSearchCV must be at most the ${X.rows} rows of X; got ${most}`,
      "maxResources",
    );
  }
  return halvingSchedule(new ParameterGrid(paramGrid).length, smallest, most, params);
}

/** Parts of the rows of splits, drawn so that a smaller part lies in every larger one. */
class DrawnRows {
  readonly #sides: readonly { readonly train: Uint32Array; readonly test: Uint32Array }[];

  constructor(splits: readonly Split[], rng: Rng) {
    const shuffle = (rows: Uint32Array, fold: number, side: string) =>
      rng
        .stream("rows", fold, side)
        .permutation(rows.length)
        .map((i) => rows[i]!);
    this.#sides = splits.map(({ train, test }, fold) => ({
      train: shuffle(train, fold, "train"),
      test: shuffle(test, fold, "test"),
    }));
  }

  /** A fraction of the rows of each side, at least one, ascending. */
  splits(fraction: number): Split[] {
    const part = (rows: Uint32Array) => rows.slice(0, Math.max(1, Math.floor(fraction * rows.length))).sort();
    return this.#sides.map(({ train, test }) => ({ train: part(train), test: part(test) }));
  }
}

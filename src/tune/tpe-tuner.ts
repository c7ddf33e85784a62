import type { AnyEstimator, Definition } from "../core/estimator.js";
import { integer, rule, seed } from "../core/params.js";
import type { ParamGrid } from "../core/paths.js";
import { describe } from "../core/to-matrix.js";
import { type Distribution, isDistribution, type SearchSpace, toInternal } from "../model-selection/distributions.js";
import { SearchCV } from "../model-selection/search-cv.js";
import { checkRefit, type SearchParams, searchRules } from "../model-selection/search-params.js";
import type { SearchRun } from "../model-selection/search-run.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Pruner } from "./pruner.js";
import type { Study } from "./study.js";
import type { Trial } from "./trial.js";

export interface TpeTunerParams<E extends AnyEstimator> extends SearchParams<E> {
  /** For each parameter (`member__name` for parameters of members) what `float`, `int` or `choice` make. */
  readonly space: SearchSpace<E>;
  /** Number of candidates. Default 50. */
  readonly nTrials: number;
  /** Candidates drawn at random before the sampler learns from scores. Default 10. */
  readonly nStartupTrials: number;
  /**
   * Candidates that are drawn before any of them is scored, and then scored together: more than one keeps more cores busy, and
   * learns less from each. Default 1.
   */
  readonly batchSize: number;
  /** Gives candidates up that do badly with few of a resource. Default null: none is. */
  readonly pruner: Pruner | null;
  /** With a pruner: one parameter that counts, and its values, ascending, as in `{ nEstimators: [10, 30, 100] }`. */
  readonly resource: ParamGrid<E> | null;
  /** Seed of the draws; null for new ones each time. Default null. */
  readonly randomState: number | null;
}

function definition<E extends AnyEstimator>(): Definition<TpeTunerParams<E>> {
  return {
    name: "TpeTuner",
    schema: {
      ...searchRules<E>(),
      space: rule<SearchSpace<E>>({
        default: {} as SearchSpace<E>,
        expected: "a record of what float, int and choice make",
        allows: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
        samples: [],
        wrong: [null, 1, "C", []],
      }),
      nTrials: integer(50, { min: 1, max: 1_000_000 }),
      nStartupTrials: integer(10, { min: 1 }),
      batchSize: integer(1, { min: 1, max: 1000 }),
      pruner: {
        ...rule<Pruner | null>({
          default: null,
          expected: "null or a pruner",
          allows: (value) => value === null || (typeof value === "object" && "judge" in value),
          samples: [null],
          wrong: [1, "median", {}],
        }),
        isStored: false,
      },
      resource: rule<ParamGrid<E> | null>({
        default: null,
        expected: "null or a record of one parameter and its values, numbers that ascend",
        allows: (value) => value === null || isLadder(value),
        samples: [null],
        wrong: [1, {}, { nEstimators: 5 }, { nEstimators: [] }, { nEstimators: [3, 2] }],
      }),
      randomState: seed(),
    },
    check: (params) => {
      const { pruner, resource, space } = params;
      if ((pruner === null) !== (resource === null)) {
        return pruner === null
          ? "resource of TpeTuner needs a pruner; got none"
          : "pruner of TpeTuner needs a resource to prune by, such as { nEstimators: [10, 30, 100] }; got none";
      }
      if (Object.keys(space).length === 0) return "space of TpeTuner must have at least one parameter; got none";
      for (const [name, distribution] of Object.entries(space)) {
        if (!isDistribution(distribution)) {
          return `${name} of space must be what float, int or choice make; got ${describe(distribution)}`;
        }
        if (resource !== null && Object.hasOwn(resource, name))
          return `${name} cannot be both the resource and in space`;
      }
      return checkRefit(params, "TpeTuner");
    },
  };
}

function isLadder(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [steps, another] = Object.values(value);
  if (another !== undefined || !Array.isArray(steps) || steps.length === 0) return false;
  return steps.every((step, i) => Number.isFinite(step) && (i === 0 || step > steps[i - 1]));
}

/**
 * Tunes an estimator by tree-structured Parzen estimators: each candidate is drawn where the scores so far promise most, scored by
 * cross-validation, and the best is refitted on all rows.
 *
 * The draws depend on the seed and on the scores alone, so a tuning of 100 trials begins with that of 50. The first
 * `nStartupTrials` do not depend on scores and are fitted together, which shares their work; a candidate that was drawn
 * before is not fitted again. (With a pruner, candidates are fitted one by one, each time they are drawn.)
 *
 * With a `pruner` and a `resource`, each candidate is given more and more of the resource and judged after each step;
 * one fit goes on from step to step where the estimator's class shares work (trees, rounds, epochs).
 * @see Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization (2011);
 * Watanabe: Tree-Structured Parzen Estimator, https://arxiv.org/abs/2304.11127
 */
export class TpeTuner<E extends AnyEstimator> extends SearchCV<E, TpeTunerParams<E>> {
  constructor(
    params: Partial<Omit<TpeTunerParams<E>, "space" | "resource">> & {
      estimator: E;
      space: SearchSpace<NoInfer<E>>;
      resource?: ParamGrid<NoInfer<E>> | null;
    },
  ) {
    super(definition<E>(), params as Partial<TpeTunerParams<E>>);
  }

  /** Scores are always better the larger they are. */
  get direction(): "maximize" {
    return "maximize";
  }

  protected override count({ nTrials }: Readonly<TpeTunerParams<E>>): number {
    return nTrials;
  }

  protected override async explore(run: SearchRun<E>, params: Readonly<TpeTunerParams<E>>): Promise<void> {
    const { space, nTrials, nStartupTrials, batchSize, pruner, resource, randomState } = params;
    // Whoever does not tune does not load the study.
    const [{ createStudy }, { NopPruner }, { TpeSampler }] = await Promise.all([
      import("./create-study.js"),
      import("./nop-pruner.js"),
      import("./tpe-sampler.js"),
    ]);
    const sampler = new TpeSampler({ randomState, nStartupTrials });
    const study = await createStudy({ direction: this.direction, sampler, pruner: pruner ?? new NopPruner() });
    for (let asked = 0; asked < nTrials && !run.isStopped; ) {
      const together = pruner === null && asked < nStartupTrials ? nStartupTrials - asked : batchSize;
      const trials: Trial[] = [];
      for (; trials.length < together && asked < nTrials; asked++) {
        trials.push(await study.ask(space as Record<string, Distribution>));
      }
      if (resource === null) await scoreTogether(study, trials, run);
      else for (const trial of trials) await climb(study, trial, run, resource);
    }
  }

  /** What was tried, for pictures and importances of parameters. */
  get trials(): readonly FrozenTrial[] {
    const { params, scores, facts, folds } = this.state.model;
    const { refit, space } = this.params;
    const { test } = typeof refit === "string" ? scores[refit]! : Object.values(scores)[0]!;
    const distributions = new Map(Object.entries(space) as [string, Distribution][]);
    return params.map((values, number): FrozenTrial => {
      const value = test.subarray(number * folds, (number + 1) * folds).reduce((sum, score) => sum + score, 0) / folds;
      const isPruned = facts.state?.[number] === "pruned";
      return {
        number,
        state: Number.isNaN(value) ? "failed" : isPruned ? "pruned" : "complete",
        value: Number.isNaN(value) ? null : value,
        internals: new Map([...distributions].map(([name, of]) => [name, toInternal(of, values[name], name)])),
        distributions,
        intermediate: new Map(),
        userAttrs: new Map(),
        systemAttrs: new Map(),
        started: null,
        finished: null,
      };
    });
  }
}

/** Trials that were drawn together are scored together, and told in the order of their numbers. */
async function scoreTogether<E extends AnyEstimator>(
  study: Study,
  trials: readonly Trial[],
  run: SearchRun<E>,
): Promise<void> {
  const scores = await run.score(
    trials.map(({ params }) => params),
    { mayRepeat: true },
  );
  if (run.isStopped) return;
  for (const [i, trial] of trials.entries()) await study.tell(trial, scores[i]!);
}

/** Gives a trial more and more of the resource, until it has all or the pruner gives it up. */
async function climb<E extends AnyEstimator>(
  study: Study,
  trial: Trial,
  run: SearchRun<E>,
  resource: ParamGrid<E>,
): Promise<void> {
  if (run.isStopped) return;
  const [[name, steps]] = Object.entries(resource) as [[string, readonly number[]]];
  let last = Number.NaN;
  let isPruned = false;
  for await (const [step, score] of run.climb(trial.params, name, steps)) {
    last = score;
    await trial.report(score, step);
    isPruned = step < steps.at(-1)! && (await trial.shouldPrune());
    if (isPruned) break;
  }
  if (!run.isStopped) await study.tell(trial, isPruned ? { state: "pruned" } : last);
}

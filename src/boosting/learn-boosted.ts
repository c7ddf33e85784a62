import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { FitContext, TrainingData } from "../core/estimator.js";
import type { EvalSet } from "../core/eval-set.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { jobsOf, limit } from "../parallel/limit.js";
import type { BoostedModel } from "./boosted-model.js";
import type { BoostedTree } from "./boosted-tree.js";
import type { BoostingData } from "./boosting-data.js";
import type { BoostingParams } from "./boosting-params.js";
import { type EvalMetric, evalMetricOf } from "./eval-metrics.js";
import { type Growth, growRounds } from "./grow-rounds.js";
import { marginsOfBaseScore, type Objective, objectives } from "./objectives.js";
import { BoostedWalker } from "./predict-boosted.js";

/** One candidate: all of an estimator's parameters, the objective's name resolved. */
export type BoostingRecipe = BoostingParams & Growth;

type Candidates = readonly (readonly [index: number, nEstimators: number])[];

/** Fits all candidates. Those that differ in the number of rounds only are prefixes of the longest, which is grown once. */
export async function* learnBoosted(
  data: TrainingData<LabelTarget | NumberTarget>,
  recipes: readonly BoostingRecipe[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: BoostedModel]> {
  const families: { recipe: BoostingRecipe; key: string; jobs: number; candidates: [number, number][] }[] = [];
  for (const [index, recipe] of recipes.entries()) {
    const { nEstimators, nJobs, evalMetric, ...rest } = recipe;
    const key = JSON.stringify(rest);
    const family = families.find((known) => known.key === key && Object.is(known.recipe.evalMetric, evalMetric));
    const jobs = jobsOf(nJobs, ctx.pool);
    if (family === undefined) families.push({ recipe, key, jobs, candidates: [[index, nEstimators]] });
    else {
      family.jobs = Math.max(family.jobs, jobs);
      family.candidates.push([index, nEstimators]);
    }
  }
  for (const { recipe, jobs, candidates } of families) yield* learnFamily(data, recipe, jobs, candidates, owner, ctx);
}

async function* learnFamily(
  data: TrainingData<LabelTarget | NumberTarget>,
  recipe: BoostingRecipe,
  jobs: number,
  candidates: Candidates,
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: BoostedModel]> {
  const objective = objectives[recipe.objective];
  checkRecipe(data, recipe, owner);
  const outputs = recipe.objective === "multi:softprob" ? (data.y as LabelTarget).classes.length : 1;
  const training = boostingData(data);
  const baseMargin =
    recipe.baseScore === null
      ? objective.initialMargins(training, outputs, recipe)
      : marginsOfBaseScore(recipe.baseScore, recipe.objective, outputs);
  const metric = evalMetricOf(recipe.evalMetric ?? objective.evalMetric, outputs);
  const total = Math.max(...candidates.map(([, nEstimators]) => nEstimators));
  const patience = recipe.earlyStoppingRounds;
  const watches: Watch[] = [];
  const trees: BoostedTree[] = [];
  const modelOf = (rounds: number): BoostedModel => {
    const bestIteration = patience === null ? null : watches.at(-1)!.bestWithin(rounds);
    return {
      objective: recipe.objective,
      baseMargin,
      trees: trees.slice(0, outputs * (bestIteration === null ? rounds : bestIteration + 1)),
      evalsResult: Object.fromEntries(
        watches.map(({ name, values }) => [name, { [metric.name]: Float64Array.from(values.slice(0, rounds)) }]),
      ),
      bestIteration,
    };
  };
  try {
    for (const set of data.evalSets as readonly EvalSet<LabelTarget | NumberTarget>[]) {
      checkTargets(set.y, objective, `evalSet.${set.name}: y`);
      watches.push(await Watch.over(set, metric, recipe, objective, baseMargin, ctx));
    }
    let rounds = 0;
    for await (const round of growRounds(training, recipe, baseMargin, limit(ctx.pool, jobs), ctx)) {
      rounds++;
      trees.push(...round);
      for (const watch of watches) await watch.add(round);
      ctx.progress({ what: "rounds", done: rounds, total });
      const stops = patience !== null && rounds - 1 - watches.at(-1)!.bestWithin(rounds) >= patience;
      for (const [index, nEstimators] of candidates) {
        if (nEstimators === rounds || (stops && nEstimators > rounds)) yield [index, modelOf(rounds)];
      }
      if (rounds === total || stops) break;
    }
  } finally {
    for (const watch of watches) watch.free();
  }
}

/** What the parameters ask of the data. */
function checkRecipe(
  { X, y, evalSets }: TrainingData<LabelTarget | NumberTarget>,
  { monotoneConstraints, earlyStoppingRounds, objective }: BoostingRecipe,
  owner: string,
): void {
  if (monotoneConstraints !== null && monotoneConstraints.length !== X.cols) {
    const got = monotoneConstraints.length;
    throw new InvalidParameterError(
      `monotoneConstraints of ${owner} must have one value for each of the ${X.cols} features; got ${got}`,
      "monotoneConstraints",
    );
  }
  if (earlyStoppingRounds !== null && evalSets.length === 0) {
    throw new InvalidParameterError(
      `earlyStoppingRounds of ${owner} needs an evaluation set: fit(X, y, { evalSet: [Xv, yv] })`,
      "earlyStoppingRounds",
    );
  }
  checkTargets(y, objectives[objective], "y");
}

function checkTargets(y: LabelTarget | NumberTarget, { allowsTarget, expectedTarget }: Objective, name: string): void {
  const values = numbersOf(y);
  const row = values.findIndex((value) => !allowsTarget(value));
  if (row >= 0) throw new InvalidDataError(`${name} must be ${expectedTarget}; got ${values[row]} in row ${row}`, row);
}

/** Positions of classes, or numbers. */
const numbersOf = (y: LabelTarget | NumberTarget): Int32Array | Float64Array =>
  y.kind === "labels" ? y.codes : y.values;

function boostingData({ X, y, sampleWeight }: TrainingData<LabelTarget | NumberTarget>): BoostingData {
  const targets = Float32Array.from(numbersOf(y));
  const weights = sampleWeight === null ? null : Float32Array.from(sampleWeight);
  const row = weights?.indexOf(Infinity) ?? -1;
  if (row >= 0)
    throw new InvalidDataError(`sampleWeight must fit into f32; got ${sampleWeight![row]} in row ${row}`, row);
  if (weights?.every((weight) => weight === 0) === true) {
    throw new InvalidDataError("sampleWeight must have a weight > 0; in f32 all are 0");
  }
  return { X, targets, weights, sampleWeight };
}

/** An evaluation set, and how it was judged after each round. */
class Watch {
  readonly name: string;
  readonly values: number[] = [];
  readonly #walker: BoostedWalker;
  readonly #judge: (margins: Float32Array) => number;
  readonly #greaterIsBetter: boolean;

  private constructor(
    name: string,
    walker: BoostedWalker,
    judge: (margins: Float32Array) => number,
    greaterIsBetter: boolean,
  ) {
    this.name = name;
    this.#walker = walker;
    this.#judge = judge;
    this.#greaterIsBetter = greaterIsBetter;
  }

  /** Begins to watch. */
  static async over(
    { name, X, y, sampleWeight }: EvalSet<LabelTarget | NumberTarget>,
    { evaluate, greaterIsBetter }: EvalMetric,
    { huberSlope }: BoostingRecipe,
    objective: Objective,
    baseMargin: Float32Array,
    ctx: FitContext,
  ): Promise<Watch> {
    const outputs = baseMargin.length;
    const targets = Float64Array.from(numbersOf(y));
    const rest = { outputs, targets, weights: sampleWeight ?? undefined, huberSlope };
    const judge = (margins: Float32Array) =>
      evaluate({ predictions: objective.predictions(margins, outputs), ...rest });
    return new Watch(name, await BoostedWalker.over(X, baseMargin, ctx), judge, greaterIsBetter);
  }

  /** Adds a round's trees and judges. */
  async add(round: readonly BoostedTree[]): Promise<void> {
    await this.#walker.add(round);
    this.values.push(this.#judge(this.#walker.margins()));
  }

  /** The best of the first rounds, from 0; the earliest of equals. */
  bestWithin(rounds: number): number {
    let best = 0;
    for (let round = 1; round < rounds; round++) {
      const [value, known] = [this.values[round]!, this.values[best]!];
      if (this.#greaterIsBetter ? value > known : value < known) best = round;
    }
    return best;
  }

  free(): void {
    this.#walker.free();
  }
}

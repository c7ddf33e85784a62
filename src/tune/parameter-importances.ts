import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { type Distribution, isSame, isSingle } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { gridDensity } from "./grid-density.js";
import type { StudyView } from "./sampler.js";

/** Of `parameterImportances`. */
export interface ParameterImportancesOptions {
  /** The share of trials that count as good, between 0 and 1. Default .1. */
  readonly targetQuantile?: number;
  /**
   * True to ask what told good trials from the others; false to ask what tells them from values drawn evenly from the
   * whole space. Default true.
   */
  readonly evaluateOnLocal?: boolean;
}

/** Keeps the ratio of two densities finite. */
const TINY = 1e-12;

/**
 * How much each parameter had to do with being among the best trials: shares that sum to 1, the largest first. A
 * parameter counts by how differently its values are spread over the good trials and over all of them (the Pearson
 * divergence of the two densities). Complete trials with a finite value are looked at; a parameter that not all of them
 * have counts by the trials that have it. All parameters share alike where nothing tells the good trials apart, and the
 * map is empty where no trial is complete.
 *
 * The figures are those of Optuna 5's `get_param_importances`.
 *
 * Sources: S. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary
 * Subspaces", IJCAI 2023, https://arxiv.org/abs/2304.10255; for parameters that only some trials have, "Conditional
 * PED-ANOVA", 2026, https://arxiv.org/abs/2601.20800, algorithm 1.
 *
 * @param study a study, a TpeTuner, or trials with the direction in which their values are better
 * @throws InvalidParameterError for a quantile out of range
 */
export function parameterImportances(
  study: Pick<StudyView, "direction" | "trials">,
  options: ParameterImportancesOptions = {},
): ReadonlyMap<string, number> {
  const { targetQuantile = 0.1, evaluateOnLocal = true } = options;
  if (!(targetQuantile > 0 && targetQuantile < 1)) {
    const got = describe(targetQuantile);
    throw new InvalidParameterError(
      `targetQuantile of parameterImportances must be a number between 0 and 1; got ${got}`,
      "targetQuantile",
    );
  }
  const trials = study.trials.filter(({ state, value }) => state === "complete" && Number.isFinite(value));
  const best = bestOf(trials, targetQuantile, study.direction);
  const names = new Set(trials.flatMap(({ distributions }) => [...distributions.keys()]));
  const importances = [...names].map((name) => [name, importance(name, best, trials, evaluateOnLocal)] as const);
  const sum = importances.reduce((total, [, value]) => total + value, 0);
  const shares = importances.map(([name, value]) => [name, sum === 0 ? 1 / names.size : value / sum] as const);
  return new Map(shares.sort(([, a], [, b]) => b - a));
}

/** All trials as good as the last one of the best share, ties included. */
function bestOf(
  trials: readonly FrozenTrial[],
  share: number,
  direction: StudyView["direction"],
): ReadonlySet<FrozenTrial> {
  const loss = ({ value }: FrozenTrial) => (direction === "minimize" ? value! : -value!);
  const losses = trials.map(loss).sort((a, b) => a - b);
  const cutoff = losses[Math.ceil(share * losses.length) - 1]!;
  return new Set(trials.filter((trial) => loss(trial) <= cutoff));
}

/** Up to a factor that all parameters share. */
function importance(
  name: string,
  best: ReadonlySet<FrozenTrial>,
  trials: readonly FrozenTrial[],
  isLocal: boolean,
): number {
  let sum = 0;
  for (const { distribution, drawn } of regimesOf(name, trials)) {
    const drawnByBest = drawn.filter((trial) => best.has(trial));
    if (drawn.length < 2 || drawnByBest.length === 0 || isSingle(distribution)) continue;
    const shareOfBest = drawnByBest.length / best.size;
    const shareOfAll = drawn.length / trials.length;
    const top = densityOf(name, distribution, drawnByBest);
    const reference = isLocal ? densityOf(name, distribution, drawn) : top.map(() => 1 / top.length);
    sum += (shareOfBest ** 2 / shareOfAll) * pearsonDivergence(top, reference);
  }
  return sum;
}

interface Regime {
  readonly distribution: Distribution;
  readonly drawn: FrozenTrial[];
}

/** The trials that have a parameter, by what they drew it from. */
function regimesOf(name: string, trials: readonly FrozenTrial[]): readonly Regime[] {
  const regimes: Regime[] = [];
  for (const trial of trials) {
    const distribution = trial.distributions.get(name);
    if (distribution === undefined) continue;
    const known = regimes.find((regime) => isSame(regime.distribution, distribution));
    if (known === undefined) regimes.push({ distribution, drawn: [trial] });
    else known.drawn.push(trial);
  }
  return regimes;
}

function densityOf(name: string, distribution: Distribution, trials: readonly FrozenTrial[]): Float64Array {
  return gridDensity(
    distribution,
    trials.map(({ internals }) => internals.get(name)!),
  );
}

function pearsonDivergence(density: Float64Array, reference: Float64Array): number {
  let sum = 0;
  for (const [cell, share] of reference.entries()) {
    sum += (share + TINY) * ((density[cell]! + TINY) / (share + TINY) - 1) ** 2;
  }
  return sum;
}

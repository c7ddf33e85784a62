import { boolean, checkParams, fillParams, integer, type Schema, seed } from "../core/params.js";
import { Rng } from "../core/random.js";
import { type Distribution, isSingle } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import { IntersectionSearchSpace } from "./intersection-search-space.js";
import { Observations } from "./observations.js";
import { Proposer } from "./proposer.js";
import { RandomSampler } from "./random-sampler.js";
import type { Direction, Draw, Sampler, StudyView } from "./sampler.js";
import { ranksTo, splitTrials } from "./split-trials.js";
import { StudyError } from "./study-error.js";

/** Of `tpeSampler`. */
export interface TpeSamplerOptions {
  /** Seed of the draws, an integer in [0, 2^32 - 1]. Default null: one is drawn when the sampler is made. */
  readonly randomState?: number | null;
  /** Trials that must be complete or pruned before anything is learned from them; uniform draws till then. Default 10. */
  readonly nStartupTrials?: number;
  /** Candidates of which the most promising is proposed, an integer >= 1. Default 24. */
  readonly nEiCandidates?: number;
  /**
   * Whether parameters that all trials share are drawn together, so that what belongs together is found; else each is
   * drawn alone. Default true.
   */
  readonly multivariate?: boolean;
  /** Whether running trials are taken for bad ones, so that workers do not try the same at once. Default true. */
  readonly constantLiar?: boolean;
}

const schema: Schema<Required<TpeSamplerOptions>> = {
  randomState: seed(),
  nStartupTrials: integer(10, { min: 0 }),
  nEiCandidates: integer(24, { min: 1 }),
  multivariate: boolean(true),
  constantLiar: boolean(true),
};

/**
 * The tree-structured Parzen estimator with Optuna 5's defaults: of candidates drawn where good trials lie it proposes
 * the one that is likeliest to be good, the ratio of the densities of good and of other trials being largest there.
 *
 * @throws InvalidParameterError for an option out of range
 * @see https://optuna.readthedocs.io/en/stable/reference/samplers/generated/optuna.samplers.TPESampler.html
 * @see https://arxiv.org/abs/2304.11127 S. Watanabe, on the algorithm's components and these defaults
 */
export class TpeSampler implements Sampler {
  readonly #options: Readonly<Required<TpeSamplerOptions>>;
  readonly #startup: RandomSampler;
  readonly #rng: Rng;
  readonly #intersection = new IntersectionSearchSpace();
  readonly #ranks = { minimize: ranksTo("minimize"), maximize: ranksTo("maximize") };
  /** Of the parameters that were last drawn together. */
  #observations = new Observations(new Map());
  #proposer: Proposer | null = null;

  constructor(options: TpeSamplerOptions = {}) {
    this.#options = fillParams(schema, options, "TpeSampler");
    checkParams(schema, this.#options, "TpeSampler");
    this.#startup = new RandomSampler({ randomState: this.#options.randomState });
    this.#rng = new Rng(this.randomState);
  }

  /** The seed in use: what was given, or what was drawn in its place. */
  get randomState(): number {
    return this.#startup.randomState;
  }

  /** @throws what fetching or compiling the kernel throws; the next call tries again */
  async prepare(): Promise<void> {
    this.#proposer ??= await Proposer.load();
  }

  drawTogether(study: StudyView, number: number): ReadonlyMap<string, Draw> {
    if (!this.#options.multivariate) return new Map();
    const lessons = this.#lessonsOf(study, number);
    if (lessons.finished.length < this.#options.nStartupTrials) return new Map();
    const shared = [...this.#intersection.of(lessons.finished)];
    const space = new Map(shared.filter(([, distribution]) => !isSingle(distribution)));
    if (space.size === 0) return new Map();
    if (!this.#observations.isOf(space)) this.#observations = new Observations(space);
    const rng = this.#rng.stream("trial", number);
    const internals = this.#propose(lessons.all, study.direction, space, this.#observations, rng);
    return new Map(
      Array.from(space, ([name, distribution], d) => [name, { distribution, internal: internals[d]! }] as const),
    );
  }

  drawAlone(study: StudyView, number: number, name: string, distribution: Distribution): number {
    const lessons = this.#lessonsOf(study, number);
    const isStartup = lessons.finished.length < this.#options.nStartupTrials;
    if (isStartup || isSingle(distribution)) return this.#startup.drawAlone(study, number, name, distribution);
    const space = new Map([[name, distribution]]);
    const rng = this.#rng.stream("trial", number, name);
    return this.#propose(lessons.all, study.direction, space, new Observations(space), rng)[0]!;
  }

  #lessonsOf({ trials }: StudyView, number: number): Lessons {
    const [finished, all]: [FrozenTrial[], FrozenTrial[]] = [[], []];
    for (const trial of trials) {
      const isFinished = trial.state === "complete" || trial.state === "pruned";
      if (isFinished) finished.push(trial);
      else if (trial.state !== "running" || trial.number === number || !this.#options.constantLiar) continue;
      all.push(trial);
    }
    return { finished, all };
  }

  /** An internal number for each parameter of the space: the candidate of the largest ratio of densities. */
  #propose(
    trials: readonly FrozenTrial[],
    direction: Direction,
    space: ReadonlyMap<string, Distribution>,
    observations: Observations,
    rng: Rng,
  ): readonly number[] {
    if (this.#proposer === null) throw new StudyError("TpeSampler cannot draw yet; await its prepare() first");
    const { below, above } = splitTrials(trials, this.#ranks[direction]);
    const [good, other] = [observations.rowsOf(below), observations.rowsOf(above)];
    const distributions = [...space.values()];
    return this.#proposer.propose(distributions, observations.table, good, other, this.#options.nEiCandidates, rng);
  }
}

/** The trials of a study that a draw learns from. */
interface Lessons {
  /** Complete and pruned ones. */
  readonly finished: readonly FrozenTrial[];
  /** The same and, where they count, others that are running; in the order of their numbers, too. */
  readonly all: readonly FrozenTrial[];
}

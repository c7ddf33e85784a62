import { BusyError } from "../core/errors.js";
import type { Distribution } from "../model-selection/distributions.js";
import { isBetter } from "./best-of.js";
import { checkDistribution } from "./check-distribution.js";
import { enqueuedTrial, hasParams } from "./enqueued-trial.js";
import { type FrozenTrial, type Json, paramsOf } from "./frozen-trial.js";
import { type Objective, type OptimizeOptions, optimize } from "./optimize.js";
import { finishWith, type Outcome } from "./outcome.js";
import { relativeParams } from "./relative-params.js";
import type { Direction } from "./sampler.js";
import { type StudyContext, viewOf } from "./study-context.js";
import { StudyError } from "./study-error.js";
import { toJson } from "./to-json.js";
import { Trial } from "./trial.js";
import { TrialRun } from "./trial-run.js";

/** Of `enqueue`. */
export interface EnqueueOptions {
  /** To be put on record with the trial. */
  readonly userAttrs?: Readonly<Record<string, Json>>;
  /** Whether to do nothing if a trial has the same parameters, or is to have them. Default false. */
  readonly skipIfExists?: boolean;
}

/**
 * A search for the parameters that make an objective as small, or as large, as possible. `optimize` calls the objective;
 * with `ask` and `tell` it is called by whoever likes, and however.
 *
 * Made by `createStudy` or `loadStudy`.
 */
export class Study {
  readonly #context: StudyContext;
  readonly #runs = new WeakMap<Trial, TrialRun>();
  #optimizing: { isStopped: boolean } | null = null;

  constructor(context: StudyContext) {
    this.#context = context;
  }

  /** Its name in the journal. */
  get name(): string {
    return this.#context.study.name;
  }

  /** Whether small or large values are good. */
  get direction(): Direction {
    return this.#context.study.direction;
  }

  /** All trials as they are now, in the order of their numbers. What other processes do is seen after `refresh` or `ask`. */
  get trials(): readonly FrozenTrial[] {
    return this.#context.study.trials;
  }

  /**
   * The complete trial with the best value; the first of several.
   *
   * @throws StudyError if no trial is complete
   */
  get bestTrial(): FrozenTrial {
    let best: FrozenTrial | null = null;
    for (const trial of this.trials) {
      if (trial.state !== "complete" || trial.value === null) continue;
      if (best === null || isBetter(trial.value, best.value!, this.direction)) best = trial;
    }
    if (best === null) throw new StudyError(`study ${this.name} has no complete trial yet`);
    return best;
  }

  /** @throws StudyError if no trial is complete */
  get bestValue(): number {
    return this.bestTrial.value!;
  }

  /** @throws StudyError if no trial is complete */
  get bestParams(): Readonly<Record<string, unknown>> {
    return paramsOf(this.bestTrial);
  }

  /** What was noted of the whole study, by name. */
  get userAttrs(): ReadonlyMap<string, Json> {
    return new Map(this.#context.study.userAttrs);
  }

  /**
   * Begins a trial: one that was enqueued, or a new one.
   *
   * @param space parameters to suggest at once; others can be asked of the trial
   * @throws InvalidParameterError for what `trial.suggest` refuses: if it is an enqueued value, the trial has failed; what
   * the storage throws
   */
  async ask(space: Readonly<Record<string, Distribution>> = {}): Promise<Trial> {
    const { storage, study } = this.#context;
    await storage.refresh();
    const parameters = Object.entries(space);
    for (const [name, distribution] of parameters) checkDistribution(name, distribution, study.firstDistribution(name));
    const run = (await this.#claimWaiting()) ?? (await this.#begin());
    try {
      return this.#draw(run, parameters);
    } catch (error) {
      await run.finish("failed", null);
      throw error;
    }
  }

  /**
   * Ends a trial. A value that is NaN fails it.
   *
   * @param trial of this study, or the number of one that another process has left behind
   * @param outcome the objective's value, or how the trial ended
   * @throws InvalidParameterError; StudyError if the trial is not running or of another study; what the storage throws
   */
  async tell(trial: Trial | number, outcome: number | Outcome): Promise<FrozenTrial> {
    return finishWith(await this.#runOf(trial), outcome);
  }

  /**
   * Runs trials one after the other, until `nTrials` of them, `timeout`, `signal`, `stop` or the end of a grid ends it.
   *
   * An objective that throws TrialPruned prunes its trial, one that gives NaN fails it. Any other error fails the trial and
   * ends the study with the error, unless the option `catch` says otherwise.
   *
   * @throws InvalidParameterError; BusyError if it runs already; what the objective, `onTrial` or the storage throws
   */
  async optimize(objective: Objective, options: OptimizeOptions = {}): Promise<void> {
    if (this.#optimizing !== null) throw new BusyError(`study ${this.name} is being optimized already`);
    const optimizing = { isStopped: false };
    this.#optimizing = optimizing;
    try {
      const { sampler, study } = this.#context;
      await optimize(this, objective, options, () => optimizing.isStopped || sampler.isExhausted?.(study) === true);
    } finally {
      this.#optimizing = null;
    }
  }

  /** Lets `optimize` end after the trials that are running. Without effect where it does not run. */
  stop(): void {
    if (this.#optimizing !== null) this.#optimizing.isStopped = true;
  }

  /**
   * Lets a coming trial have these parameters; what is not among them is drawn.
   *
   * @throws InvalidParameterError for values other than null, booleans, numbers and strings; what the storage throws
   */
  async enqueueTrial(params: Readonly<Record<string, unknown>>, options: EnqueueOptions = {}): Promise<void> {
    const { storage, study, names } = this.#context;
    const template = enqueuedTrial(params, options.userAttrs ?? {});
    if (options.skipIfExists === true) {
      await storage.refresh();
      if (this.trials.some((trial) => hasParams(trial, params))) return;
    }
    await storage.append([{ op: "create-trial", worker: names.next(), study: study.id, started: null, template }]);
  }

  /**
   * Puts something about the study on record.
   *
   * @throws InvalidParameterError for what JSON cannot say; what the storage throws
   */
  async setUserAttr(key: string, value: Json): Promise<void> {
    const { storage, study, names } = this.#context;
    const set = { op: "set-study-user-attr", worker: names.next(), study: study.id } as const;
    await storage.append([{ ...set, key, value: toJson(value, key) }]);
  }

  /** Learns what other processes have written since. */
  refresh(): Promise<void> {
    return this.#context.storage.refresh();
  }

  #draw(run: TrialRun, parameters: readonly (readonly [name: string, Distribution])[]): Trial {
    const names = new Set(parameters.map(([name]) => name));
    const drawn = this.#context.sampler.drawTogether(viewOf(this.#context, run.number), run.number);
    if ([...drawn.keys()].some((name) => !names.has(name))) run.noteSystemAttrs(relativeParams(drawn));
    const trial = new Trial(run, drawn);
    this.#runs.set(trial, run);
    for (const [name, distribution] of parameters) trial.suggest(name, distribution);
    return trial;
  }

  /** The first trial that waits and that nobody else took. */
  async #claimWaiting(): Promise<TrialRun | null> {
    const { study, names } = this.#context;
    for (const number of [...study.waiting]) {
      const run = new TrialRun(this.#context, number, names.next());
      if (await run.claim()) return run;
    }
    return null;
  }

  async #begin(): Promise<TrialRun> {
    const { storage, study, names } = this.#context;
    const worker = names.next();
    await storage.append([{ op: "create-trial", worker, study: study.id, started: new Date() }]);
    const number = study.logged.findLastIndex(({ owner }) => owner === worker);
    if (number < 0) throw new StudyError(`study ${this.name} was deleted`);
    return new TrialRun(this.#context, number, worker);
  }

  async #runOf(trial: Trial | number): Promise<TrialRun> {
    const { storage, study, names } = this.#context;
    if (typeof trial !== "number") {
      const run = this.#runs.get(trial);
      if (run === undefined) throw new StudyError(`the trial is not one that study ${this.name} gave`);
      return run;
    }
    await storage.refresh();
    if (study.logged[trial] === undefined) throw new StudyError(`study ${this.name} has no trial ${trial}`);
    return new TrialRun(this.#context, trial, names.next());
  }
}

import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import {
  choice,
  contains,
  type Distribution,
  type Drawn,
  float,
  fromInternal,
  int,
  isSingle,
  toInternal,
} from "../model-selection/distributions.js";
import { checkDistribution } from "./check-distribution.js";
import { areCompatible } from "./distribution-json.js";
import { fixedParamsOf } from "./enqueued-trial.js";
import type { FrozenTrial, Json } from "./frozen-trial.js";
import type { Draw, StudyView } from "./sampler.js";
import { viewOf } from "./study-context.js";
import { toJson } from "./to-json.js";
import type { TrialRun } from "./trial-run.js";

/** A running trial: what an objective asks for its parameters, and tells how it comes on. */
export class Trial {
  readonly #run: TrialRun;
  /** What the sampler drew together at the beginning. */
  readonly #drawn: ReadonlyMap<string, Draw>;
  readonly #suggested = new Map<string, Draw>();
  readonly #reported = new Set<number>();

  /** Trials are made by `study.ask`. */
  constructor(run: TrialRun, drawn: ReadonlyMap<string, Draw>) {
    this.#run = run;
    this.#drawn = drawn;
  }

  /** From 0, in the order in which the study's trials were made. */
  get number(): number {
    return this.#run.number;
  }

  /** The values that were suggested so far, by name. */
  get params(): Readonly<Record<string, unknown>> {
    const values = [...this.#suggested].map(([name, drawn]) => [
      name,
      fromInternal(drawn.distribution, drawn.internal),
    ]);
    return Object.freeze(Object.fromEntries(values));
  }

  /**
   * A value for a parameter. Asked again for the same name, it is the same value. A value that was enqueued for this
   * trial is taken.
   *
   * @throws InvalidParameterError if other trials draw the name from another kind of distribution or from other choices,
   * or the enqueued value is not in the distribution
   */
  suggest<D extends Distribution>(name: string, distribution: D): Drawn<D> {
    const before = this.#suggested.get(name);
    checkDistribution(name, distribution, before?.distribution ?? this.#run.context.study.firstDistribution(name));
    if (before !== undefined) return fromInternal(distribution, before.internal);
    const internal = this.#draw(name, distribution);
    this.#suggested.set(name, { distribution, internal });
    this.#run.note({ op: "set-trial-param", name, internal, distribution });
    return fromInternal(distribution, internal);
  }

  /** As `suggest(name, float(low, high, options))`. */
  suggestFloat(
    name: string,
    low: number,
    high: number,
    options: { readonly log?: boolean; readonly step?: number | null } = {},
  ): number {
    return this.suggest(name, float(low, high, options));
  }

  /** As `suggest(name, int(low, high, options))`. */
  suggestInt(
    name: string,
    low: number,
    high: number,
    options: { readonly log?: boolean; readonly step?: number } = {},
  ): number {
    return this.suggest(name, int(low, high, options));
  }

  /** As `suggest(name, choice(choices))`. */
  suggestCategorical<const T>(name: string, choices: readonly T[]): T {
    return this.suggest(name, choice(choices)) as T;
  }

  /**
   * Says how good the trial is after so many steps, for the pruner. The first report of a step counts. JSON has no NaN: it
   * is put on record as the worst value there is.
   *
   * @param step an integer >= 0, such as the epoch
   * @throws InvalidParameterError, StudyError if the trial is finished, and what the storage throws
   */
  async report(value: number, step: number): Promise<void> {
    if (typeof value !== "number") {
      throw new InvalidParameterError(`value of report must be a number; got ${describe(value)}`, "value");
    }
    if (!(Number.isSafeInteger(step) && step >= 0)) {
      throw new InvalidParameterError(`step of report must be an integer >= 0; got ${describe(step)}`, "step");
    }
    if (this.#reported.has(step)) return;
    this.#reported.add(step);
    const worst = this.#run.context.study.direction === "minimize" ? Infinity : -Infinity;
    await this.#run.write({ op: "set-trial-intermediate", step, value: Number.isNaN(value) ? worst : value });
  }

  /** Whether the pruner finds the trial, by its reports so far, not worth going on with: then throw a TrialPruned. */
  async shouldPrune(): Promise<boolean> {
    const { storage, study, pruner } = this.#run.context;
    await storage.refresh();
    const { prune, note } = pruner.judge(study, this.#run.logged.freeze());
    if (note !== undefined) this.#run.noteSystemAttrs(note);
    return prune;
  }

  /**
   * Puts something about the trial on record, beside its parameters.
   *
   * @throws InvalidParameterError for what JSON cannot say
   */
  setUserAttr(key: string, value: Json): void {
    this.#run.note({ op: "set-trial-user-attr", key, value: toJson(value, key) });
  }

  #draw(name: string, distribution: Distribution): number {
    const { context, number, logged } = this.#run;
    const fixed = fixedParamsOf(logged);
    if (fixed !== undefined && Object.hasOwn(fixed, name)) return toInternal(distribution, fixed[name], name);
    if (isSingle(distribution)) return distribution.kind === "choice" ? 0 : distribution.low;
    const drawn = this.#drawn.get(name);
    if (
      drawn !== undefined &&
      areCompatible(drawn.distribution, distribution) &&
      contains(distribution, drawn.internal)
    ) {
      return drawn.internal;
    }
    return context.sampler.drawAlone(this.#view(), number, name, distribution);
  }

  /** The study as the sampler is to see it: this trial with all that it was given, on record or not yet. */
  #view(): StudyView {
    const { context, number, logged } = this.#run;
    const view = viewOf(context, number);
    if (logged.internals.size >= this.#suggested.size) return view;
    const own: FrozenTrial = {
      ...logged.freeze(),
      internals: new Map([...this.#suggested].map(([name, { internal }]) => [name, internal])),
      distributions: new Map([...this.#suggested].map(([name, { distribution }]) => [name, distribution])),
    };
    const trials = view.trials.map((trial) => (trial.number === number ? own : trial));
    return { name: view.name, direction: view.direction, trials };
  }
}

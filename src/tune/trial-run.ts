import type { FrozenTrial, Json } from "./frozen-trial.js";
import type { SetTrialAttr, SetTrialIntermediate, SetTrialParam, SetTrialState } from "./journal-record.js";
import type { LoggedTrial } from "./logged-trial.js";
import type { StudyContext } from "./study-context.js";
import { StudyError } from "./study-error.js";

type TrialRecord = SetTrialParam | SetTrialState | SetTrialIntermediate | SetTrialAttr;
type Unsigned<R> = R extends unknown ? Omit<R, "worker" | "trial"> : never;
/** What is to be recorded of a trial. */
type Change = Unsigned<TrialRecord>;

/** Writes the records of one trial. */
export class TrialRun {
  readonly context: StudyContext;
  readonly number: number;
  readonly #worker: string;
  /** Parameters that were noted. */
  readonly #params = new Set<string>();
  #failure: { readonly error: unknown } | null = null;

  constructor(context: StudyContext, number: number, worker: string) {
    this.context = context;
    this.number = number;
    this.#worker = worker;
  }

  /** The trial as it is on record. */
  get logged(): LoggedTrial {
    return this.context.study.logged[this.number]!;
  }

  /** Notes for samplers and pruners, of this process and of others. */
  noteSystemAttrs(attrs: ReadonlyMap<string, Json>): void {
    if (attrs.size === 0) return;
    this.note(...[...attrs].map(([key, value]) => ({ op: "set-trial-system-attr", key, value }) as const));
  }

  /** Writes without waiting; a failure comes with the next `write`. */
  note(...changes: readonly Change[]): void {
    for (const change of changes) if (change.op === "set-trial-param") this.#params.add(change.name);
    this.#append(changes).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /**
   * Writes, and waits until that and all that was noted is durable.
   *
   * @throws StudyError if the trial is not running, or another process took a parameter's name for something else
   */
  async write(...changes: readonly Change[]): Promise<void> {
    if (this.logged.state !== "running") throw this.#notRunning();
    this.#throwFailure();
    await this.#append(changes);
    this.#throwFailure();
    const { closedBy, internals } = this.logged;
    if (closedBy !== null && closedBy !== this.#worker) throw this.#notRunning();
    const lost = [...this.#params].find((name) => !internals.has(name));
    if (lost === undefined) return;
    throw new StudyError(
      `parameter ${lost} of trial ${this.number} is not on record: another process draws it from another distribution`,
    );
  }

  /** Starts a trial that waits; whether this was the first to do so. */
  async claim(): Promise<boolean> {
    await this.#append([{ op: "set-trial-state", state: "running", values: null, at: new Date() }]);
    return this.logged.owner === this.#worker;
  }

  /**
   * Ends the trial. One of which something could not be put on record has failed.
   *
   * @throws StudyError if the trial is not running, or another process was first; why something is not on record
   */
  async finish(state: "complete" | "pruned" | "failed", value: number | null): Promise<FrozenTrial> {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) this.#params.clear();
    const end =
      failure === null
        ? ({ state, values: value === null ? null : [value] } as const)
        : ({ state: "failed", values: null } as const);
    await this.write({ op: "set-trial-state", ...end, at: new Date() });
    if (failure !== null && state !== "failed") throw failure.error;
    return this.logged.freeze();
  }

  #append(changes: readonly Change[]): Promise<void> {
    const { storage, study } = this.context;
    const [worker, trial] = [this.#worker, study.trialIds[this.number]!];
    return storage.append(changes.map((change): TrialRecord => ({ ...change, worker, trial })));
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  #notRunning(): StudyError {
    return new StudyError(
      `trial ${this.number} of study ${this.context.study.name} is not running; it is ${this.logged.state}`,
    );
  }
}

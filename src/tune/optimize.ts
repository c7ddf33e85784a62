import { InvalidParameterError } from "../core/errors.js";
import { boolean, checkParams, integer, nullable, real, rule, type Schema } from "../core/params.js";
import { describe } from "../core/to-matrix.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Outcome } from "./outcome.js";
import type { Study } from "./study.js";
import type { Trial } from "./trial.js";
import { TrialPruned } from "./trial-pruned.js";

/** What is to be made as small, or as large, as possible: gives a trial's value. */
export type Objective = (trial: Trial) => number | Promise<number>;

/** Of `optimize`. */
export interface OptimizeOptions {
  /** How many trials to run. Default null: until something else ends it. */
  readonly nTrials?: number | null;
  /** Seconds after which no further trial is started. Default null. */
  readonly timeout?: number | null;
  /** How many trials run at once. Default 1. */
  readonly nJobs?: number;
  /**
   * Whether the study goes on after an objective has thrown: always, never, or for these errors. The trial has failed in
   * any case. Default false: `optimize` ends with the error.
   */
  readonly catch?: boolean | ((error: unknown) => boolean);
  /** Ends the study at once; trials that are running then have failed, and `optimize` ends with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each trial as it is finished; waited for. */
  readonly onTrial?: ((trial: FrozenTrial, study: Study) => void | Promise<void>) | undefined;
}

const schema: Schema<Pick<Required<OptimizeOptions>, "nTrials" | "timeout" | "nJobs" | "catch">> = {
  nTrials: nullable(integer(0, { min: 0 })),
  timeout: nullable(real(0, { min: 0 })),
  nJobs: integer(1, { min: 1 }),
  catch: rule<boolean | ((error: unknown) => boolean)>({
    ...boolean(false),
    expected: "true, false or a function",
    allows: (value) => typeof value === "boolean" || typeof value === "function",
  }),
};

/** Runs trials until one of the options, an error or `isStopped` ends it. */
export async function optimize(
  study: Study,
  objective: Objective,
  options: OptimizeOptions,
  isStopped: () => boolean,
): Promise<void> {
  const { nTrials = null, timeout = null, nJobs = 1, catch: catches = false, signal } = options;
  checkParams(schema, { nTrials, timeout, nJobs, catch: catches }, "optimize");
  const goesOn = typeof catches === "function" ? catches : () => catches;
  const end = performance.now() + (timeout ?? Infinity) * 1000;
  let started = 0;
  let failure: { readonly error: unknown } | null = null;

  const runTrials = async (): Promise<void> => {
    while (started < (nTrials ?? Infinity) && performance.now() < end && !isStopped() && failure === null) {
      started++;
      try {
        signal?.throwIfAborted();
        const error = await runTrial(study, objective, options);
        if (error !== null && (signal?.aborted || !goesOn(error.thrown))) throw error.thrown;
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: nJobs }, runTrials));
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
}

/** Null, or what the objective threw. */
async function runTrial(
  study: Study,
  objective: Objective,
  { signal, onTrial }: OptimizeOptions,
): Promise<{ readonly thrown: unknown } | null> {
  const trial = await study.ask();
  let outcome: number | Outcome = { state: "failed" };
  let failure: { readonly thrown: unknown } | null = null;
  try {
    outcome = await untilAborted(async () => objective(trial), signal);
    if (typeof outcome !== "number") {
      throw new InvalidParameterError(`the objective must give a number; got ${describe(outcome)}`, "objective");
    }
  } catch (error) {
    outcome = { state: error instanceof TrialPruned ? "pruned" : "failed" };
    if (outcome.state === "failed") failure = { thrown: error };
  }
  const finished = await study.tell(trial, outcome);
  await onTrial?.(finished, study);
  return failure;
}

/** What the work gives; or, as soon as the signal is aborted, its reason. */
function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

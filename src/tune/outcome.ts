import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { type FrozenTrial, lastStep } from "./frozen-trial.js";
import type { TrialRun } from "./trial-run.js";

/** How a trial ended. */
export interface Outcome {
  readonly state: "complete" | "pruned" | "failed";
  /** Of a trial that was pruned its last report, if not given; of one that failed there is none. */
  readonly value?: number;
}

/**
 * Ends a trial with the objective's value, or as the outcome says.
 *
 * @throws InvalidParameterError for what is no outcome; StudyError if the trial is not running; what the storage throws
 */
export function finishWith(run: TrialRun, outcome: number | Outcome): Promise<FrozenTrial> {
  const told: Partial<Outcome> = typeof outcome === "number" ? { state: "complete", value: outcome } : (outcome ?? {});
  const { state, value } = told;
  if (value !== undefined && typeof value !== "number") {
    throw new InvalidParameterError(`the value of a trial must be a number; got ${describe(value)}`, "value");
  }
  switch (state) {
    case "complete":
      if (value === undefined) throw new InvalidParameterError("a complete trial must have a value", "value");
      return Number.isNaN(value) ? run.finish("failed", null) : run.finish("complete", value);
    case "pruned": {
      const last = value ?? lastReport(run.logged.freeze());
      return run.finish("pruned", Number.isNaN(last) ? null : last);
    }
    case "failed":
      if (value !== undefined) throw new InvalidParameterError("a failed trial must have no value", "value");
      return run.finish("failed", null);
    default:
      throw new InvalidParameterError(
        `the outcome of a trial must be a number or have a state "complete", "pruned" or "failed"; got ${describe(state ?? outcome)}`,
        "outcome",
      );
  }
}

function lastReport(trial: FrozenTrial): number {
  const step = lastStep(trial);
  return step === null ? Number.NaN : trial.intermediate.get(step)!;
}

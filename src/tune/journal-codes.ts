import type { TrialState } from "./frozen-trial.js";
import type { JournalRecord } from "./journal-record.js";
import type { Direction } from "./sampler.js";

// Optuna's numbers for these are their positions.

export const OPS = [
  "create-study",
  "delete-study",
  "set-study-user-attr",
  "set-study-system-attr",
  "create-trial",
  "set-trial-param",
  "set-trial-state",
  "set-trial-intermediate",
  "set-trial-user-attr",
  "set-trial-system-attr",
] as const satisfies readonly JournalRecord["op"][];

export const STATES: readonly TrialState[] = ["running", "complete", "pruned", "failed", "waiting"];

export const DIRECTIONS: readonly (Direction | null)[] = [null, "minimize", "maximize"];

/** How each line of a journal begins. */
export const LINE_HEAD = '{"op_code":';

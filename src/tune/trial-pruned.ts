import { TrellisError } from "../core/errors.js";

/** Thrown by an objective to say that its trial was given up; the trial keeps its last report as its value. */
export class TrialPruned extends TrellisError {
  constructor(message = "the trial was pruned") {
    super(message, "TRIAL_PRUNED");
  }
}

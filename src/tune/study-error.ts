import { TrellisError } from "../core/errors.js";

/** A study cannot do what it was asked for: it exists or does not exist, has no complete trial, the trial is finished. */
export class StudyError extends TrellisError {
  constructor(message: string) {
    super(message, "STUDY_FAILED");
  }
}

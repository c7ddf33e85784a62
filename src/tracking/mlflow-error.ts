import { TrellisError } from "../core/errors.js";

/** Of `MlflowError`. */
export interface MlflowErrorOptions extends ErrorOptions {
  /** MLflow's own name for what went wrong: "RESOURCE_DOES_NOT_EXIST". */
  readonly errorCode?: string | null;
  /** HTTP status of the answer; null where there was none. */
  readonly status?: number | null;
  /** Seconds that the server asks to be left alone. */
  readonly retryAfter?: number | null;
}

/** Statuses that a server may get over; those after which MLflow's Python client tries again. */
const PASSING = [408, 429, 500, 502, 503, 504];
/** Statuses by which a server says that it will never take what it was sent. */
const FINAL = [400, 404, 409, 413, 422];

/** A server of MLflow did not do what it was asked. No message holds a password or a token. */
export class MlflowError extends TrellisError {
  /** MLflow's own name for what went wrong, or null where the answer was not one of MLflow's. */
  readonly errorCode: string | null;
  /** HTTP status of the answer; null where there was none. */
  readonly status: number | null;
  /** Seconds that the server asks to be left alone, or null. */
  readonly retryAfter: number | null;

  constructor(message: string, options: MlflowErrorOptions = {}) {
    super(message, "MLFLOW_FAILED", options);
    this.errorCode = options.errorCode ?? null;
    this.status = options.status ?? null;
    this.retryAfter = options.retryAfter ?? null;
  }

  /** The same call may succeed in a moment. */
  get isPassing(): boolean {
    return this.status === null || PASSING.includes(this.status);
  }

  /** MLflow itself said no to what it was sent: it will say so again. */
  get isRefusal(): boolean {
    return this.errorCode !== null && this.status !== null && FINAL.includes(this.status);
  }
}

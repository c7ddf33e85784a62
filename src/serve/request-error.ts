import { TrellisError } from "../core/errors.js";

export interface RequestErrorOptions extends ErrorOptions {
  /** Where in the body the fault is: ["data", 3]. */
  readonly path?: readonly (string | number)[];
  /** Seconds after which another try may succeed; sent as Retry-After. */
  readonly retryAfter?: number;
  /** Headers that the status asks for: Allow, WWW-Authenticate. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request cannot be answered as asked. `message` is for the client and names what was expected. */
export class RequestError extends TrellisError {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly path: readonly (string | number)[] | null;
  readonly retryAfter: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: RequestErrorOptions = {}) {
    super(message, code, options);
    this.status = status;
    this.path = options.path ?? null;
    this.retryAfter = options.retryAfter ?? null;
    this.headers = options.headers ?? {};
  }
}

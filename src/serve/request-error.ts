import { TrellisError } from "../core/errors.js";

/** Of a `RequestError`. */
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
  /** Where in the body the fault lies; null where it is not in it. */
  readonly path: readonly (string | number)[] | null;
  /** Seconds after which to ask again; null where that does not help. */
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

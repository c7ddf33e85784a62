import { TrellisError } from "../core/errors.js";

/** Redis does not answer, has lost what was stored in it or refuses more, or no worker is there to take calls. */
export class QueueError extends TrellisError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, "QUEUE_FAILED", options);
  }
}

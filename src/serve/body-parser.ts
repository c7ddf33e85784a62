import type { BodyOptions, ParsedBody } from "./parse-body.js";
import { RequestError } from "./request-error.js";
import { ServiceThread } from "./service-thread.js";

/** Parses large bodies on a thread of its own, so that they delay neither the event loop nor predictions. It starts with the first. */
export class BodyParser {
  readonly #maxBytes: number;
  #held = 0;
  #thread: ServiceThread | null = null;

  /** @param maxBytes of all bodies that are being read or parsed at a time */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  parse(bytes: Uint8Array, options: BodyOptions): Promise<ParsedBody> {
    this.#thread ??= new ServiceThread(() => {
      this.#thread = null;
    });
    return this.#thread.call("parse", { bytes, options });
  }

  /** Makes room for a body. @throws RequestError 503 BODIES_FULL */
  hold(bytes: number): void {
    if (this.#held + bytes > this.#maxBytes) {
      const message = "too many large bodies are being read; try again later";
      throw new RequestError(503, "BODIES_FULL", message, { retryAfter: 1, headers: { Connection: "close" } });
    }
    this.#held += bytes;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  async close(): Promise<void> {
    await this.#thread?.end();
  }
}

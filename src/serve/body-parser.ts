import type { BodyOptions, ParsedBody } from "./parse-body.js";
import { ServiceThread } from "./service-thread.js";

/** Parses large bodies on a thread of its own, so that they delay neither the event loop nor predictions. It starts with the first. */
export class BodyParser {
  #thread: ServiceThread | null = null;

  readonly parse = (bytes: Uint8Array, options: BodyOptions): Promise<ParsedBody> => {
    this.#thread ??= new ServiceThread(() => {
      this.#thread = null;
    });
    return this.#thread.call("parse", { bytes, options });
  };

  async close(): Promise<void> {
    await this.#thread?.end();
  }
}

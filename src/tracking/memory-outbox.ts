import { TrellisError } from "../core/errors.js";
import type { Outbox } from "./outbox.js";
import { sizeOf } from "./record-size.js";
import { RecordsRefusedError, type RunRecord, type RunStore } from "./records.js";

/** Records that wait in memory, where there is no disk: they last as long as the page. */
export class MemoryOutbox implements Outbox {
  readonly #maxBytes: number;
  #waiting: (readonly RunRecord[])[] = [];
  #bytes = 0;

  constructor(maxBytes = 2 ** 27) {
    this.#maxBytes = maxBytes;
  }

  async put(records: readonly RunRecord[]): Promise<void> {
    const bytes = sizeOfAll(records);
    if (this.#bytes + bytes > this.#maxBytes) {
      throw new TrellisError(`more than ${this.#maxBytes} bytes of records wait to be sent`, "OUTBOX_FULL");
    }
    this.#waiting.push(records);
    this.#bytes += bytes;
  }

  async replay(store: RunStore, signal: AbortSignal): Promise<void> {
    while (this.#waiting.length > 0) {
      const records = this.#waiting[0]!;
      await store.deliver(records, signal).catch((error: unknown) => {
        if (!(error instanceof RecordsRefusedError)) throw error;
      });
      this.#waiting.shift();
      this.#bytes -= sizeOfAll(records);
    }
  }
}

function sizeOfAll(records: readonly RunRecord[]): number {
  return records.reduce((sum, record) => sum + sizeOf(record), 0);
}

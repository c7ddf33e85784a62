import { createHash } from "node:crypto";
import type { EventFile } from "../node/event-file.js";
import type { JobEvent } from "./jobs.js";

/** Characters of JSON that are kept, on disk and in memory; beyond, the older half goes. */
const MAX_BYTES = 2 ** 23;

interface Kept {
  readonly event: JobEvent;
  readonly bytes: number;
}

/** The events of a job that runs. Nobody is told of one before it is on disk, so that no number ever stands for two events. */
export class EventLog {
  readonly #file: EventFile;
  #kept: Kept[] = [];
  #bytes = 0;
  #last = 0;
  /** Hashes of all that was told. */
  readonly #known = new Set<string>();
  #pending: JobEvent[] = [];
  #writing: Promise<void> | null = null;
  #hasEnded = false;
  readonly #readers = new Set<() => void>();

  private constructor(file: EventFile) {
    this.#file = file;
  }

  /** Goes on where another process was. */
  static async open(file: EventFile): Promise<EventLog> {
    const log = new EventLog(file);
    for await (const event of readEvents(file)) {
      log.#keep(event);
      log.#known.add(hashOf(event));
      log.#last = event.id;
    }
    await file.mend();
    return log;
  }

  /** True for one that was not told before. */
  add(type: string, data: unknown): boolean {
    const event = { id: (this.#last += 1), type, data };
    this.#pending.push(event);
    this.#writing ??= this.#write();
    const count = this.#known.size;
    return this.#known.add(hashOf(event)).size > count;
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    await this.#writing;
    this.#hasEnded = true;
    this.#wake();
  }

  /** Those after a number that are kept, and those to come. */
  async *read(after: number, signal?: AbortSignal): AsyncGenerator<JobEvent> {
    let wake = () => {};
    const onChange = () => wake();
    this.#readers.add(onChange);
    signal?.addEventListener("abort", onChange);
    try {
      for (let last = after; ; ) {
        signal?.throwIfAborted();
        const news = this.#kept.slice(this.#kept.findLastIndex(({ event }) => event.id <= last) + 1);
        for (const { event } of news) {
          last = event.id;
          yield event;
        }
        if (news.length > 0) continue;
        if (this.#hasEnded) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#readers.delete(onChange);
      signal?.removeEventListener("abort", onChange);
    }
  }

  /** One write at a time; what comes meanwhile is written together. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const events = this.#pending;
      this.#pending = [];
      await this.#stored(this.#file.append(events));
      for (const event of events) this.#keep(event);
      if (this.#bytes > MAX_BYTES) {
        this.#dropOldest();
        await this.#stored(this.#file.replace(this.#kept.map(({ event }) => event)));
      }
      this.#wake();
    }
    this.#writing = null;
  }

  /** A disk that is full must not end the work. */
  async #stored(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      process.emitWarning(`events of a job could not be written: ${(error as Error).message}`);
    }
  }

  #keep(event: JobEvent): void {
    const bytes = JSON.stringify(event).length;
    this.#kept.push({ event, bytes });
    this.#bytes += bytes;
  }

  #dropOldest(): void {
    let count = 0;
    for (; this.#bytes > MAX_BYTES / 2; count++) this.#bytes -= this.#kept[count]!.bytes;
    this.#kept = this.#kept.slice(count);
  }

  #wake(): void {
    for (const wake of this.#readers) wake();
  }
}

/** What is on disk of a job's events. */
export async function* readEvents(file: EventFile): AsyncGenerator<JobEvent> {
  for await (const { id, type, data } of file.read()) {
    if (typeof id === "number" && typeof type === "string") yield { id, type, data };
  }
}

function hashOf({ type, data }: JobEvent): string {
  return createHash("sha256").update(type).update(JSON.stringify(data)).digest("base64");
}

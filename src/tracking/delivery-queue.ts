import { atMost, unlessAborted } from "./deadlines.js";
import type { Outbox } from "./outbox.js";
import { sizeOf } from "./record-size.js";
import { RecordsRefusedError, type RunRecord, type RunStore } from "./records.js";
import type { Delivery } from "./tracker.js";

/** How records are kept and sent. */
export interface DeliveryOptions {
  /** Seconds that a flush waits at most. Default 20. */
  readonly flushTimeout?: number;
  /**
   * Bytes of records that wait in memory at most; what is logged beyond is lost, and `flush` says so. Default 256 MiB.
   */
  readonly maxQueuedBytes?: number;
  /** Where records are put by that the store could not take. Default none: they are lost. */
  readonly outbox?: Outbox | null;
}

/** Milliseconds in which records gather before they are sent. */
const GATHERING = 50;
/** Milliseconds for which a store that failed is left alone, where there is an outbox. */
const PAUSE = 30_000;
/** At most so much is delivered at once. */
const BATCH = { records: 1000, bytes: 2 ** 23 };
/** Of a flush's time, what is left for putting records by. */
const SPARE = 0.1;

/**
 * Records on their way to a store: they wait in memory, and are delivered in batches in the background, one batch at a
 * time and in order. What the store fails to take goes into the outbox, and so does all that follows, until the outbox
 * could be emptied.
 */
export class DeliveryQueue {
  readonly #store: RunStore;
  readonly #outbox: Outbox | null;
  readonly #flushTimeout: number;
  readonly #maxBytes: number;
  #waiting: RunRecord[] = [];
  #bytes = 0;
  /** Records that are being delivered. */
  #underWay = 0;
  #delivered = 0;
  #putBy = 0;
  #lost = 0;
  #problem: string | null = null;
  /** Something may wait in the outbox, which must go first. */
  #isBehind: boolean;
  #pausedUntil = 0;
  #hurry = new AbortController();
  #working: Promise<void> | null = null;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(store: RunStore, options: DeliveryOptions) {
    this.#store = store;
    this.#outbox = options.outbox ?? null;
    this.#flushTimeout = 1000 * (options.flushTimeout ?? 20);
    this.#maxBytes = options.maxQueuedBytes ?? 2 ** 28;
    this.#isBehind = this.#outbox !== null;
  }

  add(record: RunRecord): void {
    const bytes = sizeOf(record);
    // Without its start and its end a run would be worth nothing; they are small.
    const isNeeded = record.type === "run-started" || record.type === "run-ended";
    if (this.#bytes + bytes > this.#maxBytes && !isNeeded) {
      this.#lost++;
      this.#problem = `more than the ${this.#maxBytes} bytes of maxQueuedBytes wait for ${this.#store.name}`;
      return;
    }
    this.#waiting.push(record);
    this.#bytes += bytes;
    this.#gathering ??= setTimeout(() => this.#work(), GATHERING);
  }

  /** Waits until nothing waits in memory, no longer than the time for it. */
  async flush(): Promise<Delivery> {
    const working = this.#work();
    const spare = this.#outbox === null ? 0 : this.#flushTimeout * SPARE;
    const isDone = await atMost(this.#flushTimeout - spare, working);
    if (!isDone && this.#outbox !== null) {
      this.#hurry.abort(new Error(`${this.#store.name} did not answer within ${this.#flushTimeout / 1000} s`));
      await atMost(spare, working);
    }
    const queued = this.#putBy + this.#underWay + this.#waiting.length;
    return { delivered: this.#delivered, queued, lost: this.#lost, problem: this.#problem };
  }

  /** Delivers until nothing waits in memory; never rejects. */
  #work(): Promise<void> {
    clearTimeout(this.#retry);
    this.#working ??= this.#deliverAll().finally(() => {
      this.#working = null;
      if (this.#isBehind) this.#retryLater();
    });
    return this.#working;
  }

  /** Tries the store again, though nothing more is logged; this alone keeps no process alive. */
  #retryLater(): void {
    this.#retry = setTimeout(() => this.#work(), PAUSE);
    if (typeof this.#retry === "object") this.#retry.unref();
  }

  async #deliverAll(): Promise<void> {
    this.#hurry = new AbortController();
    const { signal } = this.#hurry;
    do {
      clearTimeout(this.#gathering);
      this.#gathering = undefined;
      const [batch, bytes] = this.#take();
      this.#underWay = batch.length;
      if (await this.#catchUp(signal)) await this.#deliver(batch, signal);
      else await this.#keep(batch);
      this.#underWay = 0;
      this.#bytes -= bytes;
    } while (this.#waiting.length > 0);
  }

  #take(): [batch: readonly RunRecord[], bytes: number] {
    let [count, bytes] = [0, 0];
    while (count < Math.min(this.#waiting.length, BATCH.records)) {
      const more = sizeOf(this.#waiting[count]!);
      if (count > 0 && bytes + more > BATCH.bytes) break;
      bytes += more;
      count++;
    }
    return [this.#waiting.splice(0, count), bytes];
  }

  /** Empties the outbox; false where something is left in it, which must go before all else. */
  async #catchUp(signal: AbortSignal): Promise<boolean> {
    if (!this.#isBehind) return true;
    if (signal.aborted || Date.now() < this.#pausedUntil) return false;
    try {
      await unlessAborted(signal, this.#outbox!.replay(this.#store, signal));
    } catch (error) {
      this.#leaveAlone(error);
      return false;
    }
    this.#isBehind = false;
    this.#delivered += this.#putBy;
    this.#putBy = 0;
    return true;
  }

  async #deliver(batch: readonly RunRecord[], signal: AbortSignal): Promise<void> {
    if (batch.length === 0) return;
    let refused = 0;
    try {
      await unlessAborted(signal, this.#store.deliver(batch, signal));
    } catch (error) {
      if (!(error instanceof RecordsRefusedError)) {
        this.#leaveAlone(error);
        return this.#keep(batch);
      }
      refused = Math.min(error.refused, batch.length);
      this.#problem = error.message;
    }
    this.#lost += refused;
    this.#delivered += batch.length - refused;
  }

  /** The store failed. */
  #leaveAlone(error: unknown): void {
    this.#problem = messageOf(error);
    this.#isBehind = this.#outbox !== null;
    this.#pausedUntil = Date.now() + PAUSE;
  }

  /** Puts by what the store does not take. */
  async #keep(batch: readonly RunRecord[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      if (this.#outbox === null) this.#lost += batch.length;
      else await this.#outbox.put(batch).then(() => (this.#putBy += batch.length));
    } catch (error) {
      this.#lost += batch.length;
      this.#problem = messageOf(error);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { TrellisError } from "../core/errors.js";
import { type Answer, type Ask, deliver, joined, lineOf, type Piece, part, takeFrom, type Waiting } from "./batches.js";
import { RequestError } from "./request-error.js";
import type { Predicted, PredictOrder } from "./thread-messages.js";

export interface QueueLimits {
  readonly queuedRows: number;
  readonly queuedRequests: number;
}

/** Told of each batch: what waited and computed for how long. */
export interface QueueWatcher {
  batch(rows: number, computeSeconds: number): void;
  waited(seconds: number): void;
}

/**
 * Requests that wait for the thread while it is busy. When it is free, all that ask the same of one model go as one batch, in turn
 * with those that ask another; one with more rows than its share sends them batch by batch. Nothing waits on purpose.
 */
export class PredictionQueue {
  readonly #limits: QueueLimits;
  readonly #send: (order: PredictOrder) => Promise<Predicted>;
  readonly #watcher: QueueWatcher;
  /** By what they ask of which model; the line whose turn it is comes first. */
  readonly #lines = new Map<string, Waiting[]>();
  #rows = 0;
  #requests = 0;
  #busy = false;
  #paused = false;

  constructor(limits: QueueLimits, send: (order: PredictOrder) => Promise<Predicted>, watcher: QueueWatcher) {
    this.#limits = limits;
    this.#send = send;
    this.#watcher = watcher;
  }

  /** Requests that are not answered yet. */
  get size(): number {
    return this.#requests;
  }

  /** Whether not even one row more may wait. */
  get isFull(): boolean {
    return !this.#hasRoom(1);
  }

  #hasRoom(rows: number): boolean {
    const { queuedRows, queuedRequests } = this.#limits;
    return this.#requests < queuedRequests && this.#rows + rows <= queuedRows;
  }

  /** @throws RequestError 503 QUEUE_FULL, DEADLINE; the signal's reason; whatever `send` throws */
  async add(ask: Ask): Promise<Answer> {
    const { X, signal, deadline } = ask;
    signal?.throwIfAborted();
    if (!this.#hasRoom(X.rows)) throw full();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ask,
        since: performance.now(),
        sent: 0,
        answered: 0,
        parts: [],
        settled: false,
        resolve: (answer) => settle(() => resolve(answer)),
        fail: (error) => settle(() => reject(error)),
      };
      const stop = () => waiting.fail(signal?.reason);
      const timer = setTimeout(() => waiting.fail(tooLate(deadline)), deadline * 1000);
      const settle = (how: () => void) => {
        if (waiting.settled) return;
        waiting.settled = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.#requests--;
        this.#rows -= X.rows;
        how();
      };
      signal?.addEventListener("abort", stop);
      this.#requests++;
      this.#rows += X.rows;
      const line = lineOf(ask);
      const others = this.#lines.get(line);
      if (others === undefined) this.#lines.set(line, [waiting]);
      else others.push(waiting);
      void this.#pump();
    });
  }

  /** Nothing goes to the thread until `resume`: it is being replaced. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (!this.#paused) {
      const pieces = this.#nextBatch();
      if (pieces.length === 0) break;
      await this.#answer(pieces);
    }
    this.#busy = false;
  }

  #nextBatch(): readonly Piece[] {
    for (const [name, line] of this.#lines) {
      this.#lines.delete(name);
      const pieces = takeFrom(line);
      if (line.length > 0) this.#lines.set(name, line);
      if (pieces.length > 0) return pieces;
    }
    return [];
  }

  async #answer(pieces: readonly Piece[]): Promise<void> {
    const now = performance.now();
    for (const { waiting, from } of pieces) if (from === 0) this.#watcher.waited((now - waiting.since) / 1000);
    const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
    const { key, probabilities, batchSize, X } = pieces[0]!.waiting.ask;
    try {
      const answer = await this.#send({ key, data: joined(pieces, rows), rows, scale: X.scale, probabilities });
      batchSize.learn(rows, answer.seconds);
      this.#watcher.batch(rows, answer.seconds);
      let start = 0;
      for (const piece of pieces) {
        deliver(piece, part(answer, start, piece.rows, rows));
        start += piece.rows;
      }
    } catch (error) {
      if (pieces.length === 1 || !isOfData(error)) for (const { waiting } of pieces) waiting.fail(error);
      else for (const piece of pieces) await this.#answer([piece]); // Nobody answers for the rows of others.
    }
  }
}

/** Whether it is the rows that cannot be predicted, such as a category that the model does not know. */
function isOfData(error: unknown): boolean {
  return error instanceof TrellisError && error.code === "INVALID_DATA";
}

function full(): RequestError {
  const message = "too many requests wait for the models; try again later";
  return new RequestError(503, "QUEUE_FULL", message, { retryAfter: 1 });
}

function tooLate(deadline: number): RequestError {
  return new RequestError(503, "DEADLINE", `the models could not answer within ${deadline} s; try again later`, {
    retryAfter: 1,
  });
}

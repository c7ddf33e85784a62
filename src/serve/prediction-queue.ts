import type { Label } from "../core/labels.js";
import type { Matrix, MatrixData } from "../core/matrix.js";
import { RequestError } from "./request-error.js";
import type { OwnData, Predicted, PredictOrder } from "./thread-messages.js";

/** How long a batch may take, so that a single row never waits for long behind a request of thousands. */
const BATCH_SECONDS = 0.01;
const MAX_BATCH_ROWS = 256;
/** A batch costs something in itself, so that smaller ones would make a machine that is slow even slower. */
const MIN_BATCH_ROWS = 16;

/** Most rows of one model's next batch: about as many as `BATCH_SECONDS` are enough for. */
export class BatchSize {
  rows = 64;

  /** Takes note of how long a batch took. */
  learn(rows: number, seconds: number): void {
    if (seconds > BATCH_SECONDS) this.rows = Math.max(MIN_BATCH_ROWS, this.rows / 2);
    else if (rows === this.rows) this.rows = Math.min(MAX_BATCH_ROWS, this.rows * 2);
  }
}

export interface QueueLimits {
  readonly queuedRows: number;
  readonly queuedRequests: number;
}

/** What a request asks of one model. */
export interface Ask {
  /** Number of the model in the thread. */
  readonly key: number;
  readonly X: Matrix;
  readonly probabilities: boolean;
  /** The model's. */
  readonly batchSize: BatchSize;
  /** Seconds within which an answer is of use. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

export type Answer = Omit<Predicted, "seconds">;

/** Told of each batch: what waited and computed for how long. */
export interface QueueWatcher {
  batch(rows: number, computeSeconds: number): void;
  waited(seconds: number): void;
}

interface Waiting {
  readonly ask: Ask;
  readonly since: number;
  /** Rows that have gone to the thread. */
  sent: number;
  /** Rows that have been answered. */
  answered: number;
  readonly parts: Answer[];
  settled: boolean;
  resolve(answer: Answer): void;
  fail(error: unknown): void;
}

interface Piece {
  readonly waiting: Waiting;
  readonly from: number;
  readonly rows: number;
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
      for (const { waiting } of pieces) waiting.fail(error);
    }
  }
}

/** What goes into one batch must be of one model, of one kind of numbers, and ask the same. */
function lineOf({ key, X, probabilities }: Ask): string {
  return `${key} ${probabilities} ${X.root.data.constructor.name} ${X.scale}`;
}

/** The next batch of a line: each has its share of it, and what is left over goes to the first who have more rows. */
function takeFrom(line: Waiting[]): readonly Piece[] {
  const waiting = line.splice(0).filter(({ settled }) => !settled);
  if (waiting.length === 0) return [];
  let room = waiting[0]!.ask.batchSize.rows;
  const share = Math.max(1, Math.floor(room / waiting.length));
  const rows = waiting.map(() => 0);
  for (const most of [share, room]) {
    for (const [i, { ask, sent }] of waiting.entries()) {
      const more = Math.min(ask.X.rows - sent - rows[i]!, most, room);
      rows[i]! += more;
      room -= more;
    }
  }
  const pieces = waiting.map((each, i) => ({ waiting: each, from: each.sent, rows: rows[i]! }));
  for (const piece of pieces) piece.waiting.sent += piece.rows;
  const left = pieces.filter((piece) => piece.waiting.sent < piece.waiting.ask.X.rows);
  // Whoever had nothing of this batch is first in the next.
  for (const hadSome of [false, true]) {
    line.push(...left.filter((piece) => piece.rows > 0 === hadSome).map((piece) => piece.waiting));
  }
  return pieces.filter((piece) => piece.rows > 0);
}

function joined(pieces: readonly Piece[], rows: number): OwnData {
  const { X } = pieces[0]!.waiting.ask;
  const data = new (X.data.constructor as new (length: number) => OwnData)(rows * X.cols);
  let at = 0;
  for (const { waiting, from, rows: count } of pieces) {
    const { data: values, cols } = waiting.ask.X;
    data.set(values.subarray(from * cols, (from + count) * cols), at);
    at += count * cols;
  }
  return data;
}

function part({ labels, probabilities }: Answer, start: number, count: number, rows: number): Answer {
  const width = probabilities === null ? 0 : probabilities.length / rows;
  return {
    labels: labels.slice(start, start + count),
    probabilities: probabilities?.slice(start * width, (start + count) * width) ?? null,
  };
}

function deliver({ waiting, rows }: Piece, answer: Answer): void {
  waiting.parts.push(answer);
  waiting.answered += rows;
  if (waiting.answered === waiting.ask.X.rows) waiting.resolve(whole(waiting.parts));
}

function whole(parts: readonly Answer[]): Answer {
  if (parts.length === 1) return parts[0]!;
  const { labels, probabilities } = parts[0]!;
  return {
    labels:
      labels instanceof Float64Array
        ? concatenated(parts.map((each) => each.labels as Float64Array))
        : parts.flatMap((each) => each.labels as readonly Label[]),
    probabilities: probabilities === null ? null : concatenated(parts.map((each) => each.probabilities!)),
  };
}

function concatenated<T extends MatrixData>(arrays: readonly T[]): T {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const all = new (arrays[0]!.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
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

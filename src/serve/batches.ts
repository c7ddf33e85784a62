import type { Label } from "../core/labels.js";
import type { Matrix, MatrixData } from "../core/matrix.js";
import type { OwnData, Predicted } from "./thread-messages.js";

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

/** A request that has not had all of its answer. */
export interface Waiting {
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

/** Rows of a request that go with a batch. */
export interface Piece {
  readonly waiting: Waiting;
  readonly from: number;
  readonly rows: number;
}

/** What goes into one batch must be of one model, of one kind of numbers, and ask the same. */
export function lineOf({ key, X, probabilities }: Ask): string {
  return `${key} ${probabilities} ${X.root.data.constructor.name} ${X.scale}`;
}

/** The next batch of a line: each has its share of it, and what is left over goes to the first who have more rows. */
export function takeFrom(line: Waiting[]): readonly Piece[] {
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

/** The rows of a batch, in a table of their own. */
export function joined(pieces: readonly Piece[], rows: number): OwnData {
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

/** Of an answer to so many rows, those of one piece. */
export function part({ labels, probabilities }: Answer, start: number, count: number, rows: number): Answer {
  const width = probabilities === null ? 0 : probabilities.length / rows;
  return {
    labels: labels.slice(start, start + count),
    probabilities: probabilities?.slice(start * width, (start + count) * width) ?? null,
  };
}

/** Gives a request the answer to a piece, and with its last one the whole. */
export function deliver({ waiting, rows }: Piece, answer: Answer): void {
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

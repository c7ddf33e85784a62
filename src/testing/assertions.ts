import { TrellisError } from "../core/errors.js";
import { difference } from "./difference.js";

/** A check found a promise broken. */
export class CheckFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CheckFailure";
  }
}

export function that(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new CheckFailure(otherwise);
}

/** Equal to the last bit: kinds of arrays, signs of zeros and fitted members included. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const found = difference(actual, expected);
  if (found !== null) throw new CheckFailure(`${what}: ${found}`);
}

/** As `same`, with numbers that may differ by `tolerance` (relative to those above 1). */
export function close(actual: unknown, expected: unknown, tolerance: number, what: string): void {
  const found = difference(actual, expected, tolerance);
  if (found !== null) throw new CheckFailure(`${what}: ${found}`);
}

/** What an error must be like. */
export interface Refusal {
  readonly error: abstract new (...args: never[]) => Error;
  readonly says?: RegExp | undefined;
  readonly row?: number | undefined;
  readonly column?: number | undefined;
}

/** The error that `action` ends in. Errors must be one sentence each, and name the row and column that they know. */
export async function refused(action: () => unknown, what: string, refusal?: Refusal): Promise<Error> {
  const error = await failureOf(action);
  if (error === null) throw new CheckFailure(`${what} must be refused, but was accepted`);
  that(error instanceof Error, `${what} must be refused by an Error; ${String(error)} was thrown`);
  if (refusal === undefined) return error;
  const wanted = (otherwise: string) =>
    new CheckFailure(`${what} must be refused by ${otherwise}; got ${error.name}: ${error.message}`, { cause: error });
  const { error: kind, says, row, column } = refusal;
  if (!(error instanceof kind)) throw wanted(`an ${kind.name}`);
  if (says !== undefined && !says.test(error.message)) throw wanted(`a message that matches ${says}`);
  if (error instanceof TrellisError && /^$|\n/.test(error.message.trim())) throw wanted("one sentence");
  const place = error as { row?: unknown; column?: unknown };
  if (row !== undefined && place.row !== row) throw wanted(`an error whose row is ${row} (it is ${place.row})`);
  if (column !== undefined && place.column !== column)
    throw wanted(`an error whose column is ${column} (it is ${place.column})`);
  return error;
}

/** What `action` throws or rejects with; null if it does neither. */
export async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error ?? new CheckFailure(`${String(error)} was thrown`);
  }
  return null;
}

/** What `promise` settles to, if it does so in time. */
export async function within<T>(milliseconds: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckFailure(`${what} must settle within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for a time. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

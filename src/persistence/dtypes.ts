import { InvalidModelError } from "../core/errors.js";
import type { StateArray } from "../core/state.js";
import type { Json } from "./format.js";

interface ArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (numbers: ArrayLike<number>): StateArray;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): StateArray;
}

const DTYPES: ReadonlyMap<string, ArrayClass> = new Map<string, ArrayClass>([
  ["u8", Uint8Array],
  ["i8", Int8Array],
  ["u16", Uint16Array],
  ["i16", Int16Array],
  ["u32", Uint32Array],
  ["i32", Int32Array],
  ["f32", Float32Array],
  ["f64", Float64Array],
]);

/** By dtype: the narrower ones that hold some of its numbers exactly, in the order in which they are tried. */
const NARROWER: ReadonlyMap<string, readonly string[]> = new Map([
  ["u16", ["u8"]],
  ["i16", ["u8", "i8"]],
  ["u32", ["u8", "u16"]],
  ["i32", ["u8", "i8", "u16", "i16"]],
  ["f32", ["u8", "i8", "u16", "i16"]],
  ["f64", ["u8", "i8", "u16", "i16", "u32", "i32", "f32"]],
]);

/** The integers that a dtype holds, least and greatest. */
const INTEGERS: ReadonlyMap<string, readonly [low: number, high: number]> = new Map([
  ["u8", [0, 2 ** 8 - 1]],
  ["i8", [-(2 ** 7), 2 ** 7 - 1]],
  ["u16", [0, 2 ** 16 - 1]],
  ["i16", [-(2 ** 15), 2 ** 15 - 1]],
  ["u32", [0, 2 ** 32 - 1]],
  ["i32", [-(2 ** 31), 2 ** 31 - 1]],
]);

/** The dtype of a typed array, or undefined for what states may not hold. */
export function dtypeOf(array: ArrayBufferView): string | undefined {
  for (const [dtype, Class] of DTYPES) if (array instanceof Class) return dtype;
  return undefined;
}

/** The same numbers in the narrowest dtype that holds each of them exactly: counts and labels are seldom wide. */
export function narrowed(array: StateArray, dtype: string): readonly [dtype: string, numbers: StateArray] {
  const { low, high, areIntegers, areSingle } = extentOf(array);
  const fits = (narrower: string) => {
    const range = INTEGERS.get(narrower);
    return range === undefined ? areSingle : areIntegers && low >= range[0] && high <= range[1];
  };
  const stored = NARROWER.get(dtype)?.find(fits);
  return stored === undefined ? [dtype, array] : [stored, new (DTYPES.get(stored)!)(array)];
}

/** What a header says of a typed array. */
export interface StoredArray {
  /** What it is. */
  readonly Class: ArrayClass;
  /** As what its numbers stand in the file. */
  readonly Stored: ArrayClass;
  readonly length: number;
  /** Bytes in the file, but for the padding. */
  readonly bytes: number;
}

/** @throws InvalidModelError unless it says what an array of at most `limit` bytes can be */
export function storedArray(content: Json, limit: number): StoredArray {
  const [dtype, length, stored = dtype, ...more] = Array.isArray(content) ? (content as readonly Json[]) : [];
  const Class = DTYPES.get(dtype as string);
  const isKnown = stored === dtype || NARROWER.get(dtype as string)?.includes(stored as string);
  if (Class === undefined || !isKnown || more.length > 0) {
    throw new InvalidModelError(
      `the model holds a typed array of unknown kind, ${JSON.stringify(content).slice(0, 80)}`,
    );
  }
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    throw new InvalidModelError(
      `a typed array of the model has the length ${(JSON.stringify(length) ?? "undefined").slice(0, 80)}`,
    );
  }
  const Stored = DTYPES.get(stored as string)!;
  if (length > limit / Stored.BYTES_PER_ELEMENT) {
    throw new InvalidModelError(`the model says that an array has ${length} values; only ${limit} bytes are left`);
  }
  return { Class, Stored, length, bytes: length * Stored.BYTES_PER_ELEMENT };
}

function extentOf(array: StateArray) {
  let [low, high, areIntegers, areSingle] = [0, 0, true, true];
  for (let i = 0; i < array.length; i++) {
    const value = array[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    // No integer type knows -0, and NaN equals nothing.
    if (Math.trunc(value) !== value || Object.is(value, -0)) areIntegers = false;
    if (Math.fround(value) !== value) areSingle = false;
  }
  return { low, high, areIntegers, areSingle };
}

import type { AnyEstimator } from "./estimator.js";

/** The arrays that states may hold. */
export type StateArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** What a fitted state is made of: plain data, typed arrays and fitted estimators, so that bytes can be made of it. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | StateArray
  | AnyEstimator
  | readonly StateValue[]
  | { readonly [key: string]: StateValue };

/** Freezes the records and arrays of a state; typed arrays are read-only by type alone. */
export function freezeState<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value;
  for (const part of Object.values(value)) freezeState(part);
  return Object.freeze(value);
}

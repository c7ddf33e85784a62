/**
 * The values that a file of XGBoost is made of, whether in JSON or UBJSON. A typed array is a list of numbers of one
 * kind: XGBoost tells floats from integers and refuses `0` where a float is due. A plain number is an integer.
 */
export type Value = string | number | readonly Value[] | Numbers | ValueRecord;
export type Numbers = Float32Array | Int32Array | BigInt64Array | Uint8Array;
export interface ValueRecord {
  readonly [key: string]: Value;
}

/** Whether it is a list of numbers of one kind. */
export function isTyped(value: Value): value is Numbers {
  return ArrayBuffer.isView(value);
}

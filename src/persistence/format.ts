import { PRODUCT, PRODUCT_VERSION } from "../core/product.js";

/*
 * A model in bytes (all integers little-endian):
 *
 *   8       magic "TRELLIS\n"; the newline shows when a file was mangled as text
 *   u32     version of this format
 *   u64     length of the header
 *   ...     header: canonical JSON, padded with spaces so that what follows starts at a multiple of 8
 *   ...     the numbers of the typed arrays in the order in which the header mentions them, each padded with zeros to
 *           a multiple of 8; no offsets are stored, so none can overlap, leave a hole or point outside
 *   32      SHA-256 of all before
 *
 * The header is { "root": estimator, "writer": text }. In it null, booleans, strings, finite numbers and arrays stand for
 * themselves; everything else is an object with one key that says what it is (see `Tag`). Records have sorted keys, so
 * that equal states have equal bytes. There is no code, no path and no reference to anything outside.
 */

export const MAGIC = "TRELLIS\n";
export const VERSION = 1;
/** Magic, version and header length. */
export const PREAMBLE = 20;
export const CHECKSUM = 32;
/** Arrays are kept outside the header, so even 10,000 trees stay far below this. */
export const MAX_HEADER = 16 * 2 ** 20;
/** Nesting of the header's JSON; a search over a pipeline of a vote of forests needs about 40. */
export const MAX_DEPTH = 256;
/** Who writes. */
export const WRITER = `${PRODUCT} ${PRODUCT_VERSION}`;

export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;
export interface JsonRecord {
  readonly [key: string]: Json;
}

/** The kinds of values that are no JSON of their own. */
export type Tag =
  /** "NaN", "Infinity", "-Infinity" or "-0". */
  | "number"
  /** [dtype, length] of a typed array, or [dtype, length, stored] where its numbers are stored in a narrower dtype. */
  | "array"
  /** A plain record. */
  | "record"
  /** { cols, data, labels, rows, scale }. */
  | "matrix"
  /** { options, type } of a splitter of this library. */
  | "splitter"
  /** The name of a function or an object that is no data: whoever loads the model supplies it again. */
  | "supplied"
  /**
   * { fitted, params, type }; `fitted` is null, { classes, model, nFeatures, seed }, or the number of a state that ended before: the
   * first that ends has number 0.
   */
  | "estimator";

/** Numbers that JSON cannot write. */
export const ODD_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/** Bytes up to the next multiple of 8. */
export function padding(length: number): number {
  return (8 - (length % 8)) % 8;
}

/** How deeply JSON in UTF-8 is nested, found without parsing it. */
export function depthOf(json: Uint8Array): number {
  const [quote, backslash] = [0x22, 0x5c];
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}

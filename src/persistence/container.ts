import { InvalidModelError, OutOfMemoryError, UnsupportedVersionError } from "../core/errors.js";
import type { StateArray } from "../core/state.js";
import { CHECKSUM, depthOf, type Json, MAGIC, MAX_DEPTH, MAX_HEADER, PREAMBLE, padding, VERSION } from "./format.js";
import { looksLike } from "./looks-like.js";
import { type Digest, webSha256 } from "./web-sha256.js";

/** A header and arrays as one byte string; see format.ts. */
export async function pack(header: Json, arrays: readonly StateArray[]): Promise<Uint8Array<ArrayBuffer>> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = json.length + padding(PREAMBLE + json.length);
  if (headerLength > MAX_HEADER) {
    throw new InvalidModelError(
      `the model has ${json.length} bytes of plain values, more than the ${MAX_HEADER} that a file may hold; ` +
        "keep long lists of numbers in typed arrays",
    );
  }
  if (depthOf(json) > MAX_DEPTH) throw new InvalidModelError(`the model is nested more than ${MAX_DEPTH} deep`);
  const size = arrays.reduce(
    (sum, { byteLength }) => sum + byteLength + padding(byteLength),
    PREAMBLE + headerLength + CHECKSUM,
  );
  const bytes = allocate(size);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, VERSION, true);
  view.setBigUint64(12, BigInt(headerLength), true);
  bytes.fill(0x20, PREAMBLE, PREAMBLE + headerLength);
  bytes.set(json, PREAMBLE);
  let at = PREAMBLE + headerLength;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength + padding(byteLength);
  }
  bytes.set(await webSha256(bytes.subarray(0, at)), at);
  return bytes;
}

/** What a byte string holds: its header, and the arrays' bytes, not yet told apart. */
export interface Unpacked {
  readonly header: Json;
  readonly body: Uint8Array;
}

/**
 * Takes bytes apart, trusting none of them.
 * @throws InvalidModelError; UnsupportedVersionError
 */
export async function unpack(bytes: Uint8Array<ArrayBuffer>, sha256: Digest): Promise<Unpacked> {
  const magic = new TextEncoder().encode(MAGIC);
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw new InvalidModelError(`these ${bytes.length} bytes are no Trellis model; they look like ${looksLike(bytes)}`);
  }
  if (bytes.length < PREAMBLE + CHECKSUM) {
    throw new InvalidModelError(`the model is cut short: it has ${bytes.length} bytes, fewer than any model`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version > VERSION) {
    throw new UnsupportedVersionError(
      `the model is in format ${version}; this version of trellis-learn reads formats up to ${VERSION}: install a newer one`,
    );
  }
  const end = bytes.length - CHECKSUM;
  const sum = await sha256(bytes.subarray(0, end));
  if (!sum.every((byte, i) => bytes[end + i] === byte)) {
    throw new InvalidModelError("the model is damaged or cut short: its checksum does not match its bytes");
  }
  if (version < 1) throw new InvalidModelError(`the model says that it is in format ${version}; formats start at 1`);
  const stated = view.getBigUint64(12, true);
  if (stated > BigInt(Math.min(MAX_HEADER, end - PREAMBLE)) || stated % 8n !== BigInt(padding(PREAMBLE))) {
    throw new InvalidModelError(`the model says that its header has ${stated} bytes, which cannot be`);
  }
  const start = PREAMBLE + Number(stated);
  return { header: parse(bytes.subarray(PREAMBLE, start)), body: bytes.subarray(start, end) };
}

/** JSON must stand exactly as it is written by `pack`: so doubled keys, odd numbers and hidden blanks are refused too. */
function parse(bytes: Uint8Array): Json {
  if (depthOf(bytes) > MAX_DEPTH)
    throw new InvalidModelError(`the model's header is nested more than ${MAX_DEPTH} deep`);
  let header: Json;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw new InvalidModelError("the model's header is not JSON", { cause: error });
  }
  const canonical = JSON.stringify(header);
  const blanks = text.slice(canonical.length);
  if (!text.startsWith(canonical) || blanks.length >= 8 || /[^ ]/.test(blanks)) {
    throw new InvalidModelError("the model's header is not in canonical form");
  }
  return header;
}

function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new OutOfMemoryError(`the model has ${size} bytes, more than one array can hold here`);
  }
}

// Changes to models whose checksum is then made right again, and what may come of them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fromBytes, Matrix, TrellisError } from "trellis-learn";

const PREAMBLE = 20;
const CHECKSUM = 32;

/** @param {Uint8Array} bytes */
export function seal(bytes) {
  bytes.set(createHash("sha256").update(bytes.subarray(0, -CHECKSUM)).digest(), bytes.length - CHECKSUM);
  return bytes;
}

export function headerOf(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(12, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(PREAMBLE, PREAMBLE + length)));
}

/** The same arrays under another header. */
export function withHeader(bytes, header) {
  const old = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(12, true));
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = text.length + ((8 - ((PREAMBLE + text.length) % 8)) % 8);
  const body = bytes.subarray(PREAMBLE + old);
  const out = new Uint8Array(PREAMBLE + length + body.length).fill(0x20, PREAMBLE, PREAMBLE + length);
  out.set(bytes.subarray(0, 12));
  new DataView(out.buffer).setBigUint64(12, BigInt(length), true);
  out.set(text, PREAMBLE);
  out.set(body, PREAMBLE + length);
  return seal(out);
}

const SCALARS = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  3,
  999_999_999,
  2 ** 53,
  1e308,
  "",
  "auto",
  "__proto__",
  "constructor",
];
const VALUES = [...SCALARS, [], {}, { number: "NaN" }, { number: "-Infinity" }, { record: {} }, { array: ["f64", 0] }];
const KEYS = ["path", "url", "external_data", "constructor", "record", "array", "0"];

/** Changes one value, or one key, anywhere in a header. */
export function mutated(header, rng) {
  const copy = structuredClone(header);
  const places = [];
  const visit = (node) => {
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      if (typeof node[key] === "object" && node[key] !== null) visit(node[key]);
    }
  };
  visit(copy);
  const pick = (list) => list[rng.integer(list.length)];
  const [node, key] = pick(places);
  const kind = rng.integer(6);
  if (kind === 0) Array.isArray(node) ? node.splice(Number(key), 1) : delete node[key];
  else if (kind === 1) Array.isArray(node) ? node.push(pick(VALUES)) : (node[pick(KEYS)] = pick(VALUES));
  else if (kind === 2 && typeof node[key] === "number") node[key] += pick([1, -1, 2 ** 31, 0.5]);
  else if (kind === 3) {
    const [other, otherKey] = pick(places);
    node[key] = structuredClone(other[otherKey]);
  } else node[key] = pick(VALUES);
  return copy;
}

/** A model is refused with an error of ours, or answers each question with as many numbers or labels, in less than a second. */
export async function refusedOrSound(bytes, asked) {
  const start = performance.now();
  let end = "loaded";
  try {
    const model = await fromBytes(bytes);
    for (const method of model.isFitted ? model.methods : []) {
      const output = await model[method](asked);
      const values = output instanceof Matrix ? output.data : output;
      assert.equal(output instanceof Matrix ? output.rows : output.length, asked.length);
      // A scaler answers NaN for a column of which it saw no number.
      if (method !== "transform")
        assert.ok(
          Array.from(values).every((v) => v !== undefined && !Number.isNaN(v)),
          method,
        );
    }
  } catch (error) {
    if (!(error instanceof TrellisError)) throw error;
    end = "refused";
  }
  const took = performance.now() - start;
  assert.ok(took < 1000, `it took ${took} ms`);
  return end;
}

/** @param {string} what is said of the model if it is loaded after all */
export async function refused(load, what) {
  const start = performance.now();
  await assert.rejects(load, TrellisError, what);
  const took = performance.now() - start;
  assert.ok(took < 1000, `${what}: it took ${took} ms`);
}

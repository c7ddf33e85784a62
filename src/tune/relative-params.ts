import { fromInternal } from "../model-selection/distributions.js";
import { isScalar } from "./distribution-json.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Draw } from "./sampler.js";

/** Longer texts do not fit into a column of Optuna's databases. */
const CHUNK = 2045;

/**
 * System attributes that tell other processes what was drawn together for a running trial before its objective asks for
 * it: those in which Optuna's TPESampler looks for it (its constant liar), a JSON text in pieces.
 */
export function relativeParams(drawn: ReadonlyMap<string, Draw>): ReadonlyMap<string, string> {
  const params = [...drawn]
    .map(([name, { distribution, internal }]) => [name, fromInternal(distribution, internal)] as const)
    .filter(([, value]) => isScalar(value));
  const text = params.length === 0 ? "" : inAscii(JSON.stringify(Object.fromEntries(params)));
  const chunks = Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, k) =>
    text.slice(k * CHUNK, (k + 1) * CHUNK),
  );
  return new Map(chunks.map((chunk, k) => [`tpe:relative_params:${k}`, chunk]));
}

/** Escaped like Python's, so that a piece never ends inside of a character. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * What was drawn together for a running trial, by name, as its worker has told the others in the system attributes
 * "tpe:relative_params:0", ":1", ...: the JSON of all values, in pieces, as Optuna's TPESampler writes it. Null where nothing
 * is told.
 */
export function relativeParamsOf({ systemAttrs }: FrozenTrial): ReadonlyMap<string, unknown> | null {
  let json = "";
  for (let piece = 0; ; piece++) {
    const text = systemAttrs.get(`tpe:relative_params:${piece}`);
    if (typeof text !== "string") break;
    json += text;
  }
  if (json === "") return null;
  try {
    const values: unknown = JSON.parse(json);
    return typeof values === "object" && values !== null ? new Map(Object.entries(values)) : null;
  } catch {
    // Another process may have written anything, and may not have written all of it yet.
    return null;
  }
}

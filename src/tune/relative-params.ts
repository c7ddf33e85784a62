import { fromInternal } from "../model-selection/distributions.js";
import { isScalar } from "./distribution-json.js";
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
  const chunks = Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, k) => text.slice(k * CHUNK, (k + 1) * CHUNK));
  return new Map(chunks.map((chunk, k) => [`tpe:relative_params:${k}`, chunk]));
}

/** Escaped like Python's, so that a piece never ends inside of a character. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

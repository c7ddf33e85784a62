import { fromInternal } from "../model-selection/distributions.js";
import type { FrozenTrial } from "./frozen-trial.js";
import type { Draw } from "./sampler.js";

/**
 * What was drawn together for a running trial reaches a study's other workers before the objective has asked for it, as
 * system attributes that hold the JSON of all values by name in pieces. Names and length are Optuna's.
 */
const KEY = "tpe:relative_params";
const LONGEST = 2045;

/**
 * The system attributes that tell other workers, Python's among them, what was drawn together for a running trial.
 *
 * @param draws what `drawTogether` gave; values must be what JSON can say
 */
export function relativeParamsAttrs(draws: ReadonlyMap<string, Draw>): ReadonlyMap<string, string> {
  const values = [...draws].map(([name, { distribution, internal }]) => [name, fromInternal(distribution, internal)]);
  // Python counts in code points; in ASCII all counts agree, and no pair of surrogates is cut in two.
  const json = JSON.stringify(Object.fromEntries(values)).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const attrs = new Map<string, string>();
  for (let at = 0; at < json.length; at += LONGEST) {
    attrs.set(`${KEY}:${attrs.size}`, json.slice(at, at + LONGEST));
  }
  return attrs;
}

/** What was drawn together for a trial, by name, as its worker has told; null where nothing is told or it cannot be read. */
export function relativeParamsOf({ systemAttrs }: FrozenTrial): ReadonlyMap<string, unknown> | null {
  let json = "";
  for (let piece = 0; ; piece++) {
    const text = systemAttrs.get(`${KEY}:${piece}`);
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

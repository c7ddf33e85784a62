import type { FrozenTrial } from "./frozen-trial.js";

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

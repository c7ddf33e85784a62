import { Estimator } from "../core/estimator.js";

/** The value of a parameter for people: strings as they are, estimators and functions by name, all else as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Estimator) return value.definition.name;
  if (typeof value === "function") return value.name || "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value).replaceAll('"', "");
  } catch {
    return String(value);
  }
}

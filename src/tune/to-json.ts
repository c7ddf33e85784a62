import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import type { Json } from "./frozen-trial.js";

/**
 * A copy that nobody can change, so that what is on record stays as it was said.
 *
 * @param name of the value, for the error
 * @throws InvalidParameterError for what JSON cannot say: undefined, NaN, infinity, functions, objects of classes
 */
export function toJson(value: unknown, name: string): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((member, i) => toJson(member, `${name}[${i}]`)));
  if (isRecord(value)) {
    const entries = Object.entries(value).map(([key, member]) => [key, toJson(member, `${name}.${key}`)] as const);
    return Object.freeze(Object.fromEntries(entries));
  }
  throw new InvalidParameterError(`${name} must be a value that JSON can say; got ${describe(value)}`, name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

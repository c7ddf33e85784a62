import { InvalidParameterError } from "../core/errors.js";

/** Refuses a value that is not among the allowed ones: `average must be "micro" or "macro"; got "mean"`. */
export function expectOneOf(value: unknown, allowed: readonly unknown[], parameter: string): void {
  if (allowed.includes(value)) return;
  const words = allowed.map((one) => JSON.stringify(one));
  const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words.join();
  const got = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new InvalidParameterError(`${parameter} must be ${list}; got ${got}`, parameter);
}

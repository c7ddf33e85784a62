import { packNumbers } from "./pack-numbers.js";
import { RequestError } from "./request-error.js";
import { scanJson } from "./scan-json.js";

/** What a body may hold. */
export interface BodyOptions {
  /** How deep arrays and objects may be nested. Default 8. */
  readonly maxDepth?: number;
  /** How many keys all objects together may have. Default 1,000. */
  readonly maxKeys?: number;
  /** Keys, at any depth, whose arrays of numbers become a `NumberTable`. Default none. */
  readonly numbers?: readonly string[];
}

/** Wrapped, so that it can cross threads whatever it is. */
export interface ParsedBody {
  readonly value: unknown;
}

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Parses JSON that may come from anywhere. Depth and keys are counted on the bytes before anything is built of them.
 *
 * @throws RequestError 400 BAD_JSON, TOO_DEEP, TOO_MANY_KEYS, FORBIDDEN_KEY; those of `packNumbers`
 */
export function parseBody(bytes: Uint8Array, options: BodyOptions = {}): ParsedBody {
  const { maxDepth = 8, maxKeys = 1_000, numbers = [] } = options;
  scanJson(bytes, maxDepth, maxKeys);
  const value = parse(bytes);
  return { value: finish(value, new Set(numbers), []) };
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new RequestError(400, "BAD_JSON", "the body is empty; send JSON");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RequestError(400, "BAD_JSON", "the body is not UTF-8; send JSON in UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message quotes the body.
    throw new RequestError(400, "BAD_JSON", "the body is not valid JSON");
  }
}

/** Refuses keys that reach prototypes, and packs numbers. Depth has been checked. */
function finish(value: unknown, numbers: ReadonlySet<string>, path: readonly (string | number)[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) {
      if (typeof part === "object") value[i] = finish(part, numbers, [...path, i]);
    }
    return value;
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const here = [...path, key];
    if (FORBIDDEN.has(key)) {
      throw new RequestError(400, "FORBIDDEN_KEY", `the key ${JSON.stringify(key)} is not allowed`, { path: here });
    }
    const part = record[key];
    record[key] = numbers.has(key) && Array.isArray(part) ? packNumbers(part, here) : finish(part, numbers, here);
  }
  return record;
}

import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import type { ModelOptions } from "./tracker.js";

/**
 * What MLflow lets through, whatever the store, so that records put by today can be sent there tomorrow.
 * Source: mlflow/utils/validation.py.
 */
const LONGEST_KEY = 250;
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 8000;
const LONGEST_PATH = 1000;
const LONGEST_RUN_KEY = 4000;
const KEY = /^[/\p{L}\p{N}_.\- :]*$/u;
/** Control characters, and the separator of Windows. */
const NOT_IN_PATHS = /[\p{Cc}\\]/u;
const NOT_IN_MODEL_NAMES = /[\p{Cc}\\/:.%"']/u;

/** Whether it stays as it is when "", "." and ".." are taken out of it (posixpath.normpath), and stays in its folder. */
function isNormal(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function refuse(what: string, expected: string, value: unknown): never {
  throw new InvalidParameterError(`${what} must be ${expected}; got ${describe(value)}`, what);
}

/** The key of a parameter, metric or tag. */
export function checkKey(what: string, key: string): void {
  if (key.length > LONGEST_KEY) refuse(what, `at most ${LONGEST_KEY} characters`, key);
  if (!KEY.test(key)) refuse(what, "letters, digits, spaces, and any of _ - . : /", key);
  if (!isNormal(key)) refuse(what, 'a name, or names with "/" between them and no "." or ".." among them', key);
}

/** The key that is nearest to a name which may hold anything. */
export function asKey(name: string): string {
  const parts = cut(name, LONGEST_KEY)
    .replaceAll(/[^/\p{L}\p{N}_.\- :]/gu, "_")
    .split("/");
  const named = parts.filter((part) => part !== "").map((part) => (isNormal(part) ? part : "_"));
  return named.join("/") || "_";
}

/** The path of an artifact, or of a file of a model. */
export function checkPath(what: string, path: string): void {
  const isFine = path.length <= LONGEST_PATH && !NOT_IN_PATHS.test(path) && isNormal(path);
  if (!isFine) refuse(what, `a relative path of at most ${LONGEST_PATH} characters, with "/" between its parts`, path);
}

/** The name of a run, a model or an alias. */
export function checkName(what: string, name: string, longest = LONGEST_KEY): void {
  if (typeof name !== "string" || name === "" || name.length > longest)
    refuse(what, `1 to ${longest} characters`, name);
}

export function checkRunKey(key: string): void {
  checkName("key of the run", key, LONGEST_RUN_KEY);
}

/** The name of a model in its run, or in the registry. */
export function checkModelName(what: string, name: string): void {
  checkName(what, name);
  if (NOT_IN_MODEL_NAMES.test(name)) refuse(what, `free of / \\ : . % " and '`, name);
}

export function checkAlias(alias: string): void {
  checkName("alias of the model", alias);
  const isFine = /^[\p{L}\p{N}_-]+$/u.test(alias) && !/^v\d+$/i.test(alias) && alias.toLowerCase() !== "latest";
  if (!isFine) refuse("alias of the model", 'letters, digits, _ and -, and neither "latest" nor like "v1"', alias);
}

/** @throws InvalidParameterError */
export function checkModelOptions({ registeredName, alias }: ModelOptions): void {
  if (registeredName !== undefined) checkName("registeredName of the model", registeredName);
  if (alias === undefined) return;
  if (registeredName === undefined) refuse("registeredName of the model", "given where there is an alias", undefined);
  checkAlias(alias);
}

export function checkMetric(what: string, value: number, step: number): void {
  if (typeof value !== "number") refuse(what, "a number", value);
  if (!Number.isSafeInteger(step)) refuse(`step of ${what}`, "an integer", step);
}

/** The value of a parameter as text. */
export function paramText(value: unknown): string {
  return cut(textOf(value), LONGEST_PARAM);
}

/** The value of a tag. */
export function tagText(value: string): string {
  return cut(String(value), LONGEST_TAG);
}

function textOf(value: unknown): string {
  if (typeof value === "function") return value.name || "function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value); // It refers to itself, or holds a bigint.
  }
}

/** Its first so many characters; a pair of surrogates is not torn. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, /[\ud800-\udbff]/.test(text[length - 1]!) ? length - 1 : length);
}

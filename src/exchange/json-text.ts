import { InvalidModelError } from "../core/errors.js";
import { isTyped, type Value } from "./document.js";

/** A value as JSON that XGBoost reads: unlike in JSON.stringify, floats look like floats. */
export function printJson(value: Value): string {
  if (value instanceof Float32Array) return `[${Array.from(value, printFloat).join()}]`;
  if (isTyped(value)) return `[${value.join()}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printJson).join()}]`;
  const entries = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${printJson(part)}`);
  return `{${entries.join()}}`;
}

/**
 * A finite f32 in the fewest digits that give the same f32 back, as XGBoost writes it: 0E0, -4.05E-1. Nine digits are
 * always enough (IEEE 754-2019, 5.12.2); from six on each count is tried, for shorter ones end in zeros that fall away.
 */
export function printFloat(value: number): string {
  let short = value;
  for (let digits = 6; digits <= 9; digits++) {
    short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) break;
  }
  const sign = Object.is(value, -0) ? "-" : "";
  return sign + short.toExponential().replace("e+", "E").replace("e", "E");
}

/** The threshold that XGBoost gives a split which only missing values go left of; its text is no JSON. */
const BELOW_ALL = /(?<=[[,])-Infinity(?=[,\]])/g;

/**
 * What JSON text holds. However deep it is nested, nobody walks down: what is there is asked for by name.
 * @throws InvalidModelError
 */
export function parseJson(text: string): unknown {
  try {
    return parseLeniently(text);
  } catch (error) {
    throw new InvalidModelError("the XGBoost model is not JSON, or is cut short", { cause: error });
  }
}

/** Text that is JSON is left as it is; in other text -Infinity becomes a number so low that it is read as that. */
function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(BELOW_ALL, "-1e999"));
  }
}

import { Estimator } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";

/**
 * Where two values first differ, as a sentence, or null: bit for bit, or with a tolerance for numbers (relative to those
 * above 1; then the kind of typed array does not count either). Estimators are compared by class, parameters and state.
 */
export function difference(a: unknown, b: unknown, tolerance = 0, path = ""): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a === "number" && typeof b === "number" && tolerance > 0 && isNear(a, b, tolerance)) return null;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return unlike(a, b, path);
  if (a instanceof Matrix && b instanceof Matrix) {
    return entries(tableOf(a, tolerance), tableOf(b, tolerance), tolerance, path);
  }
  if (isArray(a) && isArray(b)) return arrays(a, b, tolerance, path);
  if (a.constructor !== b.constructor) return unlike(a, b, path);
  if (a instanceof Estimator && b instanceof Estimator) {
    return entries(partsOf(a as Estimator<object, object>), partsOf(b as Estimator<object, object>), tolerance, path);
  }
  return entries(a as Values, b as Values, tolerance, path);
}

type Values = Readonly<Record<string, unknown>>;

const partsOf = (estimator: Estimator<object, object>) => ({
  params: estimator.params,
  state: estimator.isFitted ? estimator.state : null,
});

function tableOf(m: Matrix, tolerance: number): Values {
  const { rows, cols, labels } = m;
  return tolerance > 0
    ? { rows, cols, labels, data: m.toFloat64() }
    : { rows, cols, labels, scale: m.scale, data: m.data };
}

function entries(a: Values, b: Values, tolerance: number, path: string): string | null {
  const keys = Object.keys(a);
  const missing = keys.find((key) => !Object.hasOwn(b, key)) ?? Object.keys(b).find((key) => !Object.hasOwn(a, key));
  if (missing !== undefined) return `only one of the two has ${path}.${missing}`;
  for (const key of keys) {
    const found = difference(a[key], b[key], tolerance, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function arrays(a: ArrayLike<unknown>, b: ArrayLike<unknown>, tolerance: number, path: string): string | null {
  const exact = tolerance === 0 || Array.isArray(a) || Array.isArray(b);
  if (exact && a.constructor !== b.constructor) return unlike(a, b, path);
  if (a.length !== b.length) return unlike(a.length, b.length, `${path}.length`);
  for (let i = 0; i < a.length; i++) {
    const found = difference(a[i], b[i], tolerance, `${path}[${i}]`);
    if (found !== null) return found;
  }
  return null;
}

function isArray(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isNear(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

function unlike(a: unknown, b: unknown, path: string): string {
  return `${path === "" ? "the value" : path.replace(/^\./, "")} is ${show(a)} and not ${show(b)}`;
}

function show(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  const length = isArray(value) ? ` of ${value.length}` : "";
  return `a ${value.constructor?.name ?? "record"}${length}`;
}

import { InvalidModelError } from "./errors.js";
import { Estimator } from "./estimator.js";
import type { StateArray } from "./state.js";
import { describe } from "./to-matrix.js";

/** Says what is wrong with a value that was read from a file, or null. */
export type Shape = (value: unknown) => string | null;

/**
 * For `validate`: refuses a model that does not have the shape.
 * @throws InvalidModelError "the stored model of StandardScaler is damaged: its mean has 2 values instead of 3"
 */
export function requireShape(owner: string, model: unknown, shape: Shape): void {
  const wrong = shape(model);
  if (wrong !== null) throw new InvalidModelError(`the stored model of ${owner} is damaged: it${wrong}`);
}

/** A record with exactly these fields. */
export function recordOf(fields: Readonly<Record<string, Shape>>): Shape {
  const names = Object.keys(fields).sort();
  return (value) => {
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
      return ` is ${describe(value)} instead of a record`;
    }
    const given = Object.keys(value).sort();
    if (given.join() !== names.join()) return ` has ${given.slice(0, 9).join(", ")} instead of ${names.join(", ")}`;
    for (const name of names) {
      const wrong = fields[name]!((value as Readonly<Record<string, unknown>>)[name]);
      if (wrong !== null) return `s ${name}${wrong}`;
    }
    return null;
  };
}

/** A plain array, of so many items where `length` is given. */
export function listOf(item: Shape, length?: number): Shape {
  return (value) => {
    if (!Array.isArray(value)) return ` is ${describe(value)} instead of a list`;
    if (length !== undefined && value.length !== length) return ` has ${value.length} items instead of ${length}`;
    for (const [i, part] of value.entries()) {
      const wrong = item(part);
      if (wrong !== null) return `s item ${i}${wrong}`;
    }
    return null;
  };
}

/** A typed array of that class, of so many values where `length` is given, each of which `allows` lets through. */
export function arrayOf(
  Class: new (length: number) => StateArray,
  length?: number,
  allows?: (value: number) => boolean,
): Shape {
  return (value) => {
    if (!(value instanceof Class)) return ` is ${describe(value)} instead of a ${Class.name}`;
    if (length !== undefined && value.length !== length) return ` has ${value.length} values instead of ${length}`;
    if (allows === undefined) return null; // Models have millions of numbers.
    for (let i = 0; i < value.length; i++) if (!allows(value[i]!)) return ` holds ${value[i]} at ${i}`;
    return null;
  };
}

/** A plain value, or anything else, that `allows` lets through. */
export function thatIs(expected: string, allows: (value: unknown) => boolean): Shape {
  return (value) => (allows(value) ? null : ` is ${describe(value)} instead of ${expected}`);
}

/** An estimator that is fitted. */
export const fittedEstimator: Shape = thatIs(
  "a fitted estimator",
  (value) => value instanceof Estimator && value.isFitted,
);

/** Null, or what the shape allows. */
export function nullOr(shape: Shape): Shape {
  return (value) => (value === null ? null : shape(value));
}

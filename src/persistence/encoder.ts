import { InvalidModelError } from "../core/errors.js";
import { type AnyEstimator, Estimator, type Fitted } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import type { Rule } from "../core/params.js";
import type { StateArray } from "../core/state.js";
import { describe } from "../core/to-matrix.js";
import { dtypeOf, narrowed } from "./dtypes.js";
import { type Json, type JsonRecord, MAX_DEPTH } from "./format.js";
import { SPLITTERS } from "./registry.js";

/** Writes values as the JSON of a header, and puts the typed arrays that it meets aside. */
export class Encoder {
  /** In the order in which the header mentions them. */
  readonly arrays: StateArray[] = [];
  /** The estimators met, one of each class. */
  readonly met = new Map<unknown, AnyEstimator>();
  readonly #supplied: ReadonlyMap<object, string>;
  /** The states that are written, by what was learnt, and their numbers. */
  readonly #states = new Map<object, number>();
  /** Where the value that is being written stands, for errors. */
  readonly #path: (string | number)[] = [];

  /** @param supplied what is not stored, and the name that is stored in its place */
  constructor(supplied: ReadonlyMap<object, string>) {
    this.#supplied = supplied;
  }

  /** @throws InvalidModelError naming the path of what cannot be stored; InvalidParameterError */
  estimator(estimator: AnyEstimator): JsonRecord {
    estimator.checkParams();
    this.met.set(estimator.constructor, estimator);
    const { name } = estimator.definition;
    return {
      estimator: this.#fields({
        fitted: () => (estimator.isFitted ? this.#state(estimator.state) : null),
        params: () => this.#entries(storedParams(estimator)),
        type: () => name,
      }),
    };
  }

  /** A state that two estimators have in common, such as a member of a vote that was fitted before it, is written once. */
  #state(fitted: Fitted<object>): Json {
    const known = this.#states.get(fitted.model);
    if (known !== undefined) return known;
    const entries = this.#entries(fitted);
    this.#states.set(fitted.model, this.#states.size);
    return entries;
  }

  #value(value: unknown): Json {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return number(value);
    const name = this.#supplied.get(value as object);
    if (name !== undefined) return { supplied: name };
    if (this.#path.length > MAX_DEPTH) throw this.#refuse(`nested more than ${MAX_DEPTH} deep, or contains itself`);
    if (Array.isArray(value)) return Array.from(value, (item, i) => this.#at(i, () => this.#value(item)));
    if (ArrayBuffer.isView(value)) return this.#array(value);
    if (value instanceof Estimator) return this.estimator(value as unknown as AnyEstimator);
    if (value instanceof Matrix) return this.#matrix(value);
    if (isRecord(value)) return { record: this.#entries(value) };
    return this.#splitter(value);
  }

  #array(array: ArrayBufferView): JsonRecord {
    const dtype = dtypeOf(array);
    if (dtype === undefined) throw this.#refuse(describe(array));
    const [stored, numbers] = narrowed(array as StateArray, dtype);
    this.arrays.push(numbers);
    return { array: stored === dtype ? [dtype, numbers.length] : [dtype, numbers.length, stored] };
  }

  #matrix({ cols, data, labels, rows, scale }: Matrix): JsonRecord {
    return { matrix: this.#entries({ cols, data, labels, rows, scale }) };
  }

  #splitter(value: unknown): JsonRecord {
    for (const [type, Class] of SPLITTERS) {
      if (!(value instanceof Class) || value.constructor !== Class) continue;
      // What a splitter says when it warns is a function of the program, not of the model.
      const options = Object.fromEntries(Object.entries(value).filter(([, option]) => typeof option !== "function"));
      return { splitter: this.#fields({ options: () => this.#entries(options), type: () => type }) };
    }
    throw this.#refuse(describe(value));
  }

  /** Sorted keys: records that differ in their order alone are equal. */
  #entries(record: object): JsonRecord {
    const values = record as Readonly<Record<string, unknown>>;
    const keys = Object.keys(values).sort();
    return this.#fields(Object.fromEntries(keys.map((key) => [key, () => this.#value(values[key])])));
  }

  /** Integer-like keys come first, whoever makes the object; so the order stays canonical. */
  #fields(makers: Readonly<Record<string, () => Json>>): JsonRecord {
    return Object.fromEntries(
      Object.entries(makers).map(([key, make]) => {
        if (key === "__proto__") throw this.#refuse("a record with the key __proto__");
        return [key, this.#at(key, make)];
      }),
    );
  }

  #at<T>(step: string | number, make: () => T): T {
    this.#path.push(step);
    const made = make();
    this.#path.pop();
    return made;
  }

  #refuse(what: string): InvalidModelError {
    const steps = this.#path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    const path = steps.slice(0, 40).join("").slice(1);
    const hint = "models hold plain values, typed arrays and estimators; name what is none of these in supplied";
    return new InvalidModelError(`${path} cannot be stored: it is ${what}; ${hint}`);
  }
}

/** The parameters, the default in place of each that is no part of a model. */
function storedParams({ params, definition }: AnyEstimator): object {
  const rules = Object.entries(definition.schema as Readonly<Record<string, Rule<unknown>>>);
  const others = rules.filter(([, { isStored }]) => isStored === false).map(([name, rule]) => [name, rule.default]);
  return { ...params, ...Object.fromEntries(others) };
}

function number(value: number): Json {
  if (Object.is(value, -0)) return { number: "-0" };
  return Number.isFinite(value) ? value : { number: String(value) };
}

function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

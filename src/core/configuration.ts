import { type AnyEstimator, Estimator } from "./estimator.js";
import { seedNameOf } from "./seeds.js";

/** How what has no text of its own is named in a configuration: classes, functions, states and other objects. */
interface Naming {
  classOf(estimator: AnyEstimator): string;
  valueOf(value: unknown): string;
}

/**
 * Names configurations: two estimators get one key if and only if fitting one is fitting the other. Classes and
 * functions count by identity, numbers by Object.is, fitted members by their state; whatever has a null seed is like
 * nothing else.
 */
export class ConfigurationKeys {
  readonly #naming: Naming;
  #unlike = 0;

  constructor(naming: Naming = new Numbering()) {
    this.#naming = naming;
  }

  keyOf(estimator: AnyEstimator): string {
    const params = estimator.params as Readonly<Record<string, unknown>>;
    const seedName = seedNameOf(estimator);
    const parts = Object.keys(estimator.definition.schema).map((name) =>
      name === seedName && params[name] === null ? `unlike${this.#unlike++}` : `${name}:${this.valueKey(params[name])}`,
    );
    const state = estimator.isFitted ? this.#naming.valueOf(estimator.state) : "";
    return `${this.#naming.classOf(estimator)}{${parts.join()}}${state}`;
  }

  /** The key of a parameter's value. */
  valueKey(value: unknown): string {
    if (value instanceof Estimator) return this.keyOf(value as AnyEstimator);
    if (Array.isArray(value)) return `[${value.map((v) => this.valueKey(v)).join()}]`;
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (isRecord(value)) {
      const keys = Object.keys(value).sort();
      return `{${keys.map((key) => `${JSON.stringify(key)}:${this.valueKey(value[key])}`).join()}}`;
    }
    return typeof value === "function" || typeof value === "object" ? this.#naming.valueOf(value) : String(value);
  }
}

/** Names by identity: a number for each thing met. They hold within one process. */
class Numbering implements Naming {
  readonly #numbers = new Map<unknown, number>();

  classOf(estimator: AnyEstimator): string {
    return this.valueOf(estimator.constructor);
  }

  valueOf(value: unknown): string {
    if (value === null) return "null";
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, (number = this.#numbers.size));
    return `#${number}`;
  }
}

/**
 * Keys that hold beyond the process, for what is written down: classes by their names, functions by their source, arrays
 * by their numbers, other objects by their class and the plain values that they hold.
 */
export function durableKeys(): ConfigurationKeys {
  return new ConfigurationKeys({ classOf: ({ definition }) => definition.name, valueOf: written });
}

function written(value: unknown): string {
  if (typeof value === "function") return `${value.name}=${String(value)}`;
  if (typeof value !== "object" || value === null) return String(value);
  const kind = value.constructor?.name ?? "";
  if (ArrayBuffer.isView(value)) return `${kind}[${Array.from(value as Uint8Array).join()}]`;
  const plain = Object.entries(value).filter(([, part]) => typeof part !== "object" && typeof part !== "function");
  return `${kind}{${plain.map(([key, part]) => `${key}:${String(part)}`).join()}}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

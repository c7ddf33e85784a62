import { type AnyEstimator, Estimator } from "./estimator.js";
import { seedNameOf } from "./seeds.js";

/**
 * Names configurations: two estimators get one key if and only if fitting one is fitting the other. Classes and
 * functions count by identity, numbers by Object.is, fitted members by their state; whatever has a null seed is like
 * nothing else.
 */
export class ConfigurationKeys {
  readonly #ids = new Map<unknown, number>();
  #unlike = 0;

  keyOf(estimator: AnyEstimator): string {
    const params = estimator.params as Readonly<Record<string, unknown>>;
    const seedName = seedNameOf(estimator);
    const parts = Object.keys(estimator.definition.schema).map((name) =>
      name === seedName && params[name] === null ? `unlike${this.#unlike++}` : `${name}:${this.#value(params[name])}`,
    );
    const state = estimator.isFitted ? this.#id(estimator.state) : "";
    return `${this.#id(estimator.constructor)}{${parts.join()}}${state}`;
  }

  #value(value: unknown): string {
    if (value instanceof Estimator) return this.keyOf(value as AnyEstimator);
    if (Array.isArray(value)) return `[${value.map((v) => this.#value(v)).join()}]`;
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (isRecord(value)) {
      const keys = Object.keys(value).sort();
      return `{${keys.map((key) => `${JSON.stringify(key)}:${this.#value(value[key])}`).join()}}`;
    }
    return typeof value === "function" || typeof value === "object" ? this.#id(value) : String(value);
  }

  #id(value: unknown): string {
    if (value === null) return "null";
    let id = this.#ids.get(value);
    if (id === undefined) this.#ids.set(value, (id = this.#ids.size));
    return `#${id}`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

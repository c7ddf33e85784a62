import { InvalidModelError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";

/**
 * A value somewhere in a document that may hold anything. Each question either has its answer or is an
 * InvalidModelError that names the place, such as learner.gradient_booster.model.trees[3].left_children.
 */
export class Part {
  /** Where it stands; empty for the whole. */
  readonly path: string;
  readonly #value: unknown;
  readonly #subject: string;

  /** @param subject what errors call the whole */
  constructor(value: unknown, path = "", subject = "the XGBoost model") {
    this.#value = value;
    this.path = path;
    this.#subject = subject;
  }

  /** What stands here, whatever it is. */
  get value(): unknown {
    return this.#value;
  }

  /** What stands under a key. */
  get(key: string): Part {
    const part = this.find(key);
    if (part === null) throw this.refuse(`has no ${key}`);
    return part;
  }

  /** What stands under a key, or null if nothing does. */
  find(key: string): Part | null {
    const record = this.#record();
    if (!Object.hasOwn(record, key)) return null;
    return this.#part(record[key], this.path === "" ? key : `${this.path}.${key}`);
  }

  text(): string {
    if (typeof this.#value !== "string") throw this.#isNot("text");
    return this.#value;
  }

  /** A whole number >= 0 that is written as text, as XGBoost writes all its parameters. */
  count(): number {
    const text = this.text();
    const count = Number(text);
    if (!/^\d{1,10}$/.test(text) || count > 2 ** 31 - 1) throw this.#isNot("a whole number from 0 to 2147483647");
    return count;
  }

  /** A finite number that is written as text. */
  real(): number {
    const text = this.text();
    const value = Math.fround(Number(text));
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) || !Number.isFinite(value)) throw this.#isNot("a number");
    return value;
  }

  /** One number, or several in brackets, written as text: "5E-1", "[5E-1,2E0]". */
  reals(): number[] {
    const text = this.text();
    if (!text.startsWith("[") || !text.endsWith("]")) return [this.real()];
    return text
      .slice(1, -1)
      .split(",")
      .map((item, i) => this.#part(item.trim(), `${this.path}[${i}]`).real());
  }

  /** The items of a list. */
  items(): Part[] {
    if (!Array.isArray(this.#value)) throw this.#isNot("a list");
    return this.#value.map((item, i) => this.#part(item, `${this.path}[${i}]`));
  }

  /** Integers from least to most, of which there are so many where `length` is given. Booleans count as 0 and 1. */
  integers(least: number, most: number, length?: number): Int32Array {
    const list = this.#list(length);
    return Int32Array.from(list, (item, i) => {
      const value = Number(item);
      const isInteger = Number.isInteger(value) && (typeof item === "number" || typeof item === "boolean");
      if (isInteger && value >= least && value <= most) return value;
      throw this.refuse(`holds ${describe(item)} at ${i}; expected integers from ${least} to ${most}`);
    });
  }

  /** So many numbers, rounded to f32: finite ones, or `besides`. */
  floats(length: number, besides = Number.NaN): Float32Array {
    const list = this.#list(length);
    return Float32Array.from(list, (item, i) => {
      if (typeof item === "number" && (Number.isFinite(Math.fround(item)) || item === besides)) return item;
      throw this.refuse(`holds ${describe(item)} at ${i}; expected finite f32 numbers`);
    });
  }

  /** The error that says so of this place. */
  refuse(what: string): InvalidModelError {
    return new InvalidModelError(`${this.#subject} is damaged: ${this.path === "" ? "it" : this.path} ${what}`);
  }

  #part(value: unknown, path: string): Part {
    return new Part(value, path, this.#subject);
  }

  #record(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      throw this.#isNot("a record");
    }
    return value as Readonly<Record<string, unknown>>;
  }

  #list(length: number | undefined): ArrayLike<unknown> & Iterable<unknown> {
    const list = this.#value;
    if (!Array.isArray(list) && !(ArrayBuffer.isView(list) && !(list instanceof DataView))) throw this.#isNot("a list");
    const items = list as unknown as ArrayLike<unknown> & Iterable<unknown>;
    if (length !== undefined && items.length !== length) {
      throw this.refuse(`has ${items.length} values instead of ${length}`);
    }
    return items;
  }

  #isNot(expected: string): InvalidModelError {
    const got = typeof this.#value === "string" ? JSON.stringify(this.#value.slice(0, 40)) : describe(this.#value);
    return this.refuse(`is ${got} instead of ${expected}`);
  }
}

import { InvalidModelError } from "../core/errors.js";
import type { Value } from "./document.js";

/*
 * Universal Binary JSON (ubjson.org, draft 12) as XGBoost writes it (src/common/json.cc): integers are big-endian, all
 * lengths are i64 ("L"), lists of numbers of one kind are typed ("[$d#L"), and floats are f32 ("d").
 */

/** Deepest nesting that is read; XGBoost's own files need 8. */
const MAX_DEPTH = 64;

/** A value as UBJSON that XGBoost reads. */
export function printUbjson(value: Value): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.value(value);
  return writer.bytes();
}

/** What UBJSON holds: typed lists as typed arrays, i64 as numbers. @throws InvalidModelError */
export function parseUbjson(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.left > 0) throw new InvalidModelError(`the XGBoost model has ${reader.left} bytes after its end`);
  return value;
}

class Writer {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  value(value: Value): void {
    if (typeof value === "string") {
      this.#mark("S");
      this.#text(value);
    } else if (typeof value === "number") this.#integer(value);
    else if (value instanceof Float32Array) this.#typed("d", value, 4, (at, item) => this.#view.setFloat32(at, item));
    else if (value instanceof Int32Array) this.#typed("l", value, 4, (at, item) => this.#view.setInt32(at, item));
    else if (value instanceof BigInt64Array) this.#typed("L", value, 8, (at, item) => this.#view.setBigInt64(at, item));
    else if (value instanceof Uint8Array) this.#typed("U", value, 1, (at, item) => this.#view.setUint8(at, item));
    else if (Array.isArray(value)) {
      this.#mark("[#");
      this.#size(value.length);
      for (const item of value) this.value(item);
    } else {
      this.#mark("{");
      for (const [key, part] of Object.entries(value)) {
        this.#text(key);
        this.value(part);
      }
      this.#mark("}");
    }
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #typed<T>(type: string, items: ArrayLike<T>, width: number, set: (at: number, item: T) => void): void {
    this.#mark(`[$${type}#`);
    this.#size(items.length);
    let at = this.#grow(items.length * width);
    for (let i = 0; i < items.length; i++, at += width) set(at, items[i]!);
  }

  #mark(marks: string): void {
    for (const mark of marks) this.#view.setUint8(this.#grow(1), mark.charCodeAt(0));
  }

  #text(text: string): void {
    const utf8 = new TextEncoder().encode(text);
    this.#size(utf8.length);
    const at = this.#grow(utf8.length);
    this.#bytes.set(utf8, at);
  }

  #size(size: number): void {
    this.#mark("L");
    const at = this.#grow(8);
    this.#view.setBigInt64(at, BigInt(size));
  }

  #integer(value: number): void {
    this.#mark("l");
    const at = this.#grow(4);
    this.#view.setInt32(at, value);
  }

  /** Makes room for so many bytes at the end and says where it begins. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** The kinds of numbers: bytes of one, how it is read, and what holds many. A list of i64 becomes one of f64. */
const NUMBERS: ReadonlyMap<string, NumberKind> = new Map<string, NumberKind>([
  ["i", { width: 1, get: (view, at) => view.getInt8(at), many: Int8Array }],
  ["U", { width: 1, get: (view, at) => view.getUint8(at), many: Uint8Array }],
  ["I", { width: 2, get: (view, at) => view.getInt16(at), many: Int16Array }],
  ["l", { width: 4, get: (view, at) => view.getInt32(at), many: Int32Array }],
  ["L", { width: 8, get: (view, at) => Number(view.getBigInt64(at)), many: Float64Array }],
  ["d", { width: 4, get: (view, at) => view.getFloat32(at), many: Float32Array }],
  ["D", { width: 8, get: (view, at) => view.getFloat64(at), many: Float64Array }],
]);
interface NumberKind {
  readonly width: number;
  get(view: DataView, at: number): number;
  readonly many: new (length: number) => Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["T", true],
  ["F", false],
  ["Z", null],
]);

/** Trusts no length: whatever is said to follow must be there before room is made for it. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new InvalidModelError(`the XGBoost model is nested more than ${MAX_DEPTH} deep`);
    const mark = this.#mark();
    const kind = NUMBERS.get(mark);
    if (kind !== undefined) return kind.get(this.#view, this.#take(kind.width));
    if (LITERALS.has(mark)) return LITERALS.get(mark);
    if (mark === "S") return this.#text();
    if (mark === "[") return this.#list(depth);
    if (mark === "{") return this.#record(depth);
    throw this.#damaged(`a value cannot begin with ${JSON.stringify(mark)}`);
  }

  #list(depth: number): unknown {
    if (this.#follows("$")) {
      const mark = this.#mark();
      const kind = NUMBERS.get(mark);
      if (kind === undefined) throw this.#damaged(`a list cannot be of the type ${JSON.stringify(mark)}`);
      if (!this.#follows("#")) throw this.#damaged("a typed list has no length");
      return this.#numbers(kind, this.#size());
    }
    const list: unknown[] = [];
    if (this.#follows("#")) {
      for (let count = this.#size(); count > 0; count--) list.push(this.value(depth + 1));
    } else {
      while (!this.#follows("]")) list.push(this.value(depth + 1));
    }
    return list;
  }

  #numbers(kind: NumberKind, length: number): ArrayLike<number> {
    let at = this.#take(length * kind.width);
    const list = new kind.many(length);
    for (let i = 0; i < length; i++, at += kind.width) list[i] = kind.get(this.#view, at);
    return list;
  }

  #record(depth: number): unknown {
    const entries: (readonly [string, unknown])[] = [];
    while (!this.#follows("}")) entries.push([this.#text(), this.value(depth + 1)]);
    return Object.fromEntries(entries);
  }

  #text(): string {
    const length = this.#size();
    const at = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw this.#damaged("text is not in UTF-8");
    }
  }

  /** A length; every item that it counts takes at least one byte. */
  #size(): number {
    const mark = this.#mark();
    const kind = NUMBERS.get(mark);
    const size = kind === undefined ? Number.NaN : kind.get(this.#view, this.#take(kind.width));
    if (!Number.isInteger(size) || size < 0) throw this.#damaged("a length is no integer >= 0");
    if (size > this.left) throw this.#damaged(`${size} items should follow and only ${this.left} bytes are left`);
    return size;
  }

  #mark(): string {
    return String.fromCharCode(this.#view.getUint8(this.#take(1)));
  }

  #follows(mark: string): boolean {
    const does = this.#bytes[this.#at] === mark.charCodeAt(0);
    if (does) this.#at++;
    return does;
  }

  /** Steps over so many bytes and says where they begin. */
  #take(count: number): number {
    if (count > this.left) throw this.#damaged(`${count} bytes should follow and only ${this.left} are left`);
    const at = this.#at;
    this.#at += count;
    return at;
  }

  #damaged(what: string): InvalidModelError {
    return new InvalidModelError(`the XGBoost model is no UBJSON, or is cut short: at byte ${this.#at} ${what}`);
  }
}

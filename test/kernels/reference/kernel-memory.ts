/** A memory for kernel tests, with guard zones around every buffer and inputs that must not change. */
import { inflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { tree } from "../../../src/kernels/generated/tree.js";
import { ARENA_BASE, type KernelCode } from "../../../src/kernels/kernel.js";

const GUARD = 64;
const FILL = 0xa5;
const PAGES = 512;

type Exports = Record<string, (...args: number[]) => number>;

/** As the library's own does, but at once. */
export function bytesOf({ packed, memoryFlagAt }: KernelCode, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(inflateRawSync(Buffer.from(packed, "base64")));
  if (shared) bytes[memoryFlagAt] = 3;
  return bytes;
}

export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  #top = ARENA_BASE;
  #buffers: { at: number; bytes: number }[] = [];
  #inputs: { at: number; copy: Uint8Array }[] = [];

  constructor(shared: boolean, code: KernelCode = tree, pages = PAGES) {
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(code, shared)), {
      env: { memory: this.#memory },
    });
    this.#exports = instance.exports as Exports;
  }

  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  reset(): void {
    this.#top = ARENA_BASE;
    this.#buffers = [];
    this.#inputs = [];
  }

  /** A buffer full of rubbish, with guards on both sides. */
  room(bytes: number): number {
    const at = this.#top + GUARD;
    this.#top = at + Math.ceil(bytes / 8) * 8;
    if (this.#top + GUARD > this.buffer.byteLength) throw new Error("the test's memory is too small");
    new Uint8Array(this.buffer, at - GUARD, this.#top + GUARD - at + GUARD).fill(FILL);
    this.#buffers.push({ at, bytes });
    return at;
  }

  put(values: Uint8Array | Uint32Array | Float32Array | Float64Array): number {
    const at = this.room(values.byteLength);
    new Uint8Array(this.buffer, at, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    return at;
  }

  zero(at: number, bytes: number): void {
    new Uint8Array(this.buffer, at, bytes).fill(0);
  }

  /** All buffers but these must be the same when the guards are checked. */
  freezeInputs(outputs: readonly number[]): void {
    this.#inputs = this.#buffers
      .filter(({ at }) => !outputs.includes(at))
      .map(({ at, bytes }) => ({ at, copy: new Uint8Array(this.buffer, at, bytes).slice() }));
  }

  call(kernel: string, args: readonly number[]): number {
    return this.#exports[kernel]!(...args);
  }

  checkGuards(): void {
    for (const { at, bytes } of this.#buffers) {
      const before = new Uint8Array(this.buffer, at - GUARD, GUARD);
      const after = new Uint8Array(this.buffer, at + bytes, GUARD);
      expect(before.every((b) => b === FILL) && after.every((b) => b === FILL)).toBe(true);
    }
    for (const { at, copy } of this.#inputs) expect(Buffer.from(this.buffer, at, copy.length).equals(copy)).toBe(true);
  }
}

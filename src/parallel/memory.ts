import { OutOfMemoryError } from "../core/errors.js";
import { ARENA_BASE } from "../kernels/kernel.js";

const PAGE = 65536;
/** Every block begins on a cache line of its own, so that two workers never write to the same line. */
const LINE = 64;
/** wasm32 ends at 4 GiB; platforms that refuse to reserve so much are asked for half, and so on. */
const MAX_PAGES = 65536;
const MIN_PAGES = 256;

/** A piece of a `Memory`, where kernels read or write. Its `offset` is what a kernel is given as its argument. */
export class Block {
  /** Address of the first byte, unsigned (it may lie above 2^31), a multiple of 64 unless made by `part`. */
  readonly offset: number;
  /** Length in bytes, as asked for. */
  readonly bytes: number;
  /** The allocated block that this one is a part of; itself if it is no part. */
  readonly whole: Block;
  /** Counts the times at which the whole may have changed, for workers that hold a copy of it. */
  version = 0;
  /** Set when the scope has been freed; views of the block are refused then. */
  freed = false;

  constructor(offset: number, bytes: number, whole?: Block) {
    this.offset = offset;
    this.bytes = bytes;
    this.whole = whole ?? this;
  }

  /**
   * The `bytes` bytes beginning `start` bytes into this block. It lives as long as the block does.
   *
   * @throws RangeError if it would reach outside of this block
   */
  part(start: number, bytes: number): Block {
    if (!(start >= 0 && bytes >= 0 && start + bytes <= this.bytes)) {
      throw new RangeError(`A part of ${bytes} bytes at ${start} does not lie in a block of ${this.bytes} bytes`);
    }
    return new Block(this.offset + start, bytes, this.whole);
  }
}

/** What a block can be read and written as. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Blocks that are given back together: a top-level verb opens one and frees it at its end. */
export class Scope {
  readonly #memory: Memory;
  #blocks: Block[] = [];
  #freed = false;

  /** Made by `memory.scope()`. */
  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /**
   * A new block of `bytes` bytes, whose address is a multiple of `align` (a power of two; never less than 64). Its
   * content is whatever was there before: kernels must not read what nobody wrote (see `zeros`).
   *
   * @throws OutOfMemoryError if the memory cannot hold it
   */
  alloc(bytes: number, align = 16): Block {
    if (this.#freed) throw new Error("A scope that has been freed cannot allocate");
    const block = this.#memory.take(bytes, align);
    this.#blocks.push(block);
    return block;
  }

  /** A new block of `bytes` zero bytes. */
  zeros(bytes: number, align = 16): Block {
    const block = this.alloc(bytes, align);
    this.#memory.u8(block).fill(0);
    return block;
  }

  /** A new block that holds a copy of the array's bytes. */
  place(array: TypedArray): Block {
    const block = this.alloc(array.byteLength);
    this.#memory.u8(block).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return block;
  }

  /**
   * Gives all blocks back. Await every `pool.run` that uses them first: it settles only when nothing writes to them
   * any more. Freeing twice does nothing.
   */
  free(): void {
    this.#freed = true;
    for (const block of this.#blocks) this.#memory.giveBack(block);
    this.#blocks = [];
  }
}

/** A free stretch of the arena, in whole cache lines. */
interface Gap {
  start: number;
  end: number;
}

const roundUp = (n: number, step: number) => Math.ceil(n / step) * step;
const mebibytes = (n: number) => `${(n / 1048576).toFixed(n < 10485760 ? 1 : 0)} MiB`;

/** Whether memory can be shared with workers here: in Node always, in pages if they are cross-origin isolated. */
export function sharingWorks(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/**
 * An arena over one WebAssembly.Memory, which all kernels of a pool work on. First-fit free list with coalescing:
 * blocks are few and large (data, bins, Gram matrices, scratch), so a list beats anything cleverer.
 *
 * Views (`u8`, `f64`, ...) are made anew at every call because a memory that has grown leaves older views too short
 * or detached: never keep one across an `await` or an `alloc`. Asking for a view counts as a change of the block, so
 * pools without shared memory send it to their workers again; ask anew before each round of writing.
 */
export class Memory {
  /** Shared between workers where the engine and the page allow it. */
  readonly wasm: WebAssembly.Memory;
  /** Whether workers see this very memory; otherwise they are sent copies. */
  readonly shared: boolean;
  /** The most it can grow to, in bytes. */
  readonly limit: number;
  #gaps: Gap[] = [];
  #end: number;
  #used = 0;

  /**
   * @param shared - share it with workers (only where `sharingWorks()`); private if false
   * @param maxPages - the most pages of 64 KiB to grow to; default 65536 = 4 GiB, less where the platform refuses
   */
  constructor(shared: boolean, maxPages = MAX_PAGES) {
    const initial = ARENA_BASE / PAGE + 1;
    let maximum = Math.max(initial, Math.min(maxPages, MAX_PAGES));
    let wasm: WebAssembly.Memory | undefined;
    while (wasm === undefined) {
      try {
        wasm = new WebAssembly.Memory({ initial, maximum, shared });
      } catch (error) {
        if (maximum / 2 < Math.max(initial, MIN_PAGES)) throw error;
        maximum = Math.floor(maximum / 2);
      }
    }
    this.wasm = wasm;
    this.shared = shared;
    this.limit = maximum * PAGE;
    this.#end = ARENA_BASE;
  }

  /** Opens a scope; as many as you like may be open at a time. */
  scope(): Scope {
    return new Scope(this);
  }

  /** Bytes that are allocated now. */
  get used(): number {
    return this.#used;
  }

  /** A view of the block, valid until the memory grows; so are the others. */
  u8(block: Block): Uint8Array {
    return new Uint8Array(this.#changing(block), block.offset, block.bytes);
  }

  /** A view of the block. */
  u16(block: Block): Uint16Array {
    return new Uint16Array(this.#changing(block), block.offset, block.bytes >>> 1);
  }

  /** A view of the block. */
  i32(block: Block): Int32Array {
    return new Int32Array(this.#changing(block), block.offset, Math.floor(block.bytes / 4));
  }

  /** A view of the block. */
  u32(block: Block): Uint32Array {
    return new Uint32Array(this.#changing(block), block.offset, Math.floor(block.bytes / 4));
  }

  /** A view of the block. */
  u64(block: Block): BigUint64Array {
    return new BigUint64Array(this.#changing(block), block.offset, Math.floor(block.bytes / 8));
  }

  /** A view of the block. */
  f32(block: Block): Float32Array {
    return new Float32Array(this.#changing(block), block.offset, Math.floor(block.bytes / 4));
  }

  /** A view of the block. */
  f64(block: Block): Float64Array {
    return new Float64Array(this.#changing(block), block.offset, Math.floor(block.bytes / 8));
  }

  #changing(block: Block): ArrayBufferLike {
    if (block.whole.freed) throw new Error("A view was asked of a block that has been freed");
    block.whole.version++;
    return this.wasm.buffer;
  }

  /** For scopes: a new block. */
  take(bytes: number, align: number): Block {
    if (!(Number.isInteger(bytes) && bytes >= 0)) {
      throw new RangeError(`A block must have an integer number of bytes >= 0; got ${bytes}`);
    }
    const size = Math.max(LINE, roundUp(bytes, LINE));
    const step = Math.max(LINE, align);
    const offset = this.#fromGaps(size, step) ?? this.#fromEnd(size, step, bytes);
    this.#used += size;
    return new Block(offset, bytes);
  }

  #fromGaps(size: number, step: number): number | undefined {
    for (const [i, gap] of this.#gaps.entries()) {
      const offset = roundUp(gap.start, step);
      if (offset + size > gap.end) continue;
      const rest = [
        { start: gap.start, end: offset },
        { start: offset + size, end: gap.end },
      ].filter((g) => g.end > g.start);
      this.#gaps.splice(i, 1, ...rest);
      return offset;
    }
    return undefined;
  }

  #fromEnd(size: number, step: number, bytes: number): number {
    const last = this.#gaps.at(-1);
    const from = last?.end === this.#end ? last.start : this.#end;
    const offset = roundUp(from, step);
    if (!this.#grow(offset + size)) {
      throw new OutOfMemoryError(
        `Kernels asked for ${mebibytes(bytes)} of memory, but ${mebibytes(this.#used)} of the ${mebibytes(this.limit)} that a pool can hold are in use; use fewer rows or columns, or close what else runs on the same pool`,
      );
    }
    if (from !== this.#end) this.#gaps.pop();
    if (offset > from) this.#gaps.push({ start: from, end: offset });
    this.#end = offset + size;
    return offset;
  }

  /** Grows the wasm memory to hold `end` bytes, with room to spare where the platform lets us. */
  #grow(end: number): boolean {
    const now = this.wasm.buffer.byteLength;
    if (end <= now) return true;
    if (end > this.limit) return false;
    for (const target of [Math.max(end, Math.min(2 * now, this.limit)), end]) {
      try {
        this.wasm.grow(Math.ceil((target - now) / PAGE));
        return true;
      } catch {
        // Refused; the exact size may still be granted.
      }
    }
    return false;
  }

  /** For scopes: the block's bytes may be used again. */
  giveBack(block: Block): void {
    if (block.freed) return;
    block.freed = true;
    const size = Math.max(LINE, roundUp(block.bytes, LINE));
    this.#used -= size;
    this.#insert({ start: block.offset, end: block.offset + size });
  }

  /** For pools: a kernel has written to the block. */
  touch(block: Block): void {
    block.whole.version++;
  }

  /** For pools: something that cannot be stopped may still write to the block, so its bytes are never used again. */
  abandon(block: Block): void {
    block.whole.freed = true;
  }

  #insert(gap: Gap): void {
    const gaps = this.#gaps;
    let at = gaps.findIndex((g) => g.start > gap.start);
    if (at < 0) at = gaps.length;
    const before = gaps[at - 1];
    const after = gaps[at];
    const joinsBefore = before?.end === gap.start;
    const joinsAfter = after?.start === gap.end;
    gaps.splice(at - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), {
      start: joinsBefore ? before.start : gap.start,
      end: joinsAfter ? after.end : gap.end,
    });
  }
}

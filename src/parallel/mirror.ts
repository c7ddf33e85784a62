import type { Block, Memory } from "./memory.js";
import type { Order, Piece } from "./messages.js";
import type { KernelCall } from "./pool.js";

/** What one worker's private memory holds of the pool's memory, at the same offsets. */
export class Mirror {
  readonly #memory: Memory;
  /** Blocks of which the worker has an exact copy, with the version that it has. */
  readonly #known = new WeakMap<Block, number>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  #bytes(block: Block): Uint8Array {
    return new Uint8Array(this.#memory.wasm.buffer, block.offset, block.bytes);
  }

  /** What to send along with a call: the bytes that the worker lacks, and which to send back. */
  pack({ reads, writes }: KernelCall): NonNullable<Order["mirror"]> {
    const pieces: Piece[] = [];
    for (const block of [...reads, ...writes]) {
      if (this.#known.get(block.whole) === block.whole.version) continue;
      pieces.push({ offset: block.offset, bytes: new Uint8Array(this.#bytes(block)) });
      if (block === block.whole) this.#known.set(block, block.version);
    }
    // Until the call ends well, nobody knows what the worker has made of them.
    for (const block of writes) this.#known.delete(block.whole);
    return {
      pages: this.#memory.wasm.buffer.byteLength / 65536,
      pieces,
      wanted: writes.map(({ offset, bytes }) => ({ offset, bytes })),
    };
  }

  /** Takes the results over. */
  unpack({ writes }: KernelCall, pieces: readonly Piece[]): void {
    for (const [i, block] of writes.entries()) {
      this.#bytes(block).set(pieces[i]!.bytes);
      this.#memory.touch(block);
    }
    for (const block of writes) if (block === block.whole) this.#known.set(block, block.version);
  }
}

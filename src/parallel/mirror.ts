import { EventLoop } from "./event-loop.js";
import type { Block, Memory } from "./memory.js";
import type { Order, Piece } from "./messages.js";
import type { KernelCall } from "./pool.js";

/** What is copied without asking whether a turn is due: 1 MiB takes less than a millisecond. */
const SLICE_BYTES = 2 ** 20;

/** What one worker's private memory holds of the pool's memory, at the same offsets. */
export class Mirror {
  readonly #memory: Memory;
  /** Blocks of which the worker has an exact copy, with the version that it has. */
  readonly #known = new WeakMap<Block, number>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** What to send along with a call: the bytes that the worker lacks, and which to send back. */
  async pack({ reads, writes }: KernelCall, signal: AbortSignal | undefined): Promise<NonNullable<Order["mirror"]>> {
    const pieces: Piece[] = [];
    const wholes = new Map<Block, number>();
    const loop = new EventLoop();
    for (const block of [...reads, ...writes]) {
      const { whole } = block;
      const { version } = whole;
      if ((wholes.get(whole) ?? this.#known.get(whole)) === version) continue;
      const bytes = new Uint8Array(block.bytes);
      await this.#inSlices(block, loop, (slice, from) => bytes.set(slice, from), signal);
      pieces.push({ offset: block.offset, bytes });
      if (block === whole) wholes.set(block, version);
    }
    for (const [block, version] of wholes) this.#known.set(block, version);
    // Until the call ends well, nobody knows what the worker has made of them.
    for (const block of writes) this.#known.delete(block.whole);
    return {
      pages: this.#memory.wasm.buffer.byteLength / 65536,
      pieces,
      wanted: writes.map(({ offset, bytes }) => ({ offset, bytes })),
    };
  }

  /** Takes the results over. */
  async unpack({ writes }: KernelCall, pieces: readonly Piece[]): Promise<void> {
    const loop = new EventLoop();
    for (const [i, block] of writes.entries()) {
      const { bytes } = pieces[i]!;
      await this.#inSlices(block, loop, (slice, from) => slice.set(bytes.subarray(from, from + slice.length)));
      this.#memory.touch(block);
    }
    for (const block of writes) if (block === block.whole) this.#known.set(block, block.version);
  }

  /** The block's bytes in the pool's memory, slice after slice, giving the event loop a turn whenever one is due. */
  async #inSlices(
    block: Block,
    loop: EventLoop,
    step: (slice: Uint8Array, from: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    for (let from = 0; from < block.bytes; from += SLICE_BYTES) {
      if (loop.isDue) {
        await loop.turn();
        signal?.throwIfAborted();
      }
      const bytes = Math.min(SLICE_BYTES, block.bytes - from);
      // The memory's buffer is another one after it has grown, which may have been during a turn.
      step(new Uint8Array(this.#memory.wasm.buffer, block.offset + from, bytes), from);
    }
  }
}

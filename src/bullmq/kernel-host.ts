import type { Kernel } from "../kernels/kernel.js";
import { Linker } from "../parallel/linker.js";
import { Memory } from "../parallel/memory.js";
import { WorkerLane } from "../parallel/worker-lane.js";
import { type Content, type Piece, putParts, type Range } from "./content.js";
import { KnownRanges } from "./known-ranges.js";

const PAGE = 65536;

/** What a host is to do: a call's parts that concern memory and kernel. */
export interface HostedCall {
  readonly kernel: Kernel;
  readonly args: readonly number[];
  readonly pages: number;
  readonly pieces: readonly Piece[];
  readonly writes: readonly Range[];
  readonly scratch: readonly Range[];
}

/**
 * A memory that stands for the pool's, at the same offsets, and the thread that runs kernels over it. The memory is shared with the
 * thread, so that this one puts bytes into it and goes on renewing locks while a kernel runs.
 */
export class KernelHost {
  #memory!: Memory;
  #lane!: WorkerLane;
  readonly #known = new KnownRanges();

  constructor() {
    this.#begin();
  }

  #begin(): void {
    this.#memory = new Memory(true);
    // Which build a module's code is of was decided by the pool.
    this.#lane = new WorkerLane(this.#memory, new Linker(this.#memory, "portable"));
    this.#known.clear();
  }

  /**
   * Fills the memory and runs the kernel to its end.
   *
   * @param read - gives the parts of a content of so many bytes
   * @throws KernelError, the signal's reason, or what `read` throws
   */
  async perform(
    { kernel, args, pages, pieces, writes, scratch }: HostedCall,
    read: (content: Content, bytes: number) => Promise<readonly Uint8Array[]>,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#lane.gone) this.#begin();
    this.#growTo(pages);
    for (const piece of pieces) {
      const hash = "hash" in piece.content ? piece.content.hash : undefined;
      if (hash !== undefined && this.#known.holds(piece, hash)) continue;
      const parts = await read(piece.content, piece.bytes);
      this.#known.forget(piece);
      putParts(parts, this.#memory.wasm.buffer, piece.offset);
      if (hash !== undefined) this.#known.set(piece, hash);
    }
    for (const range of [...writes, ...scratch]) this.#known.forget(range);
    await this.#lane.perform({ kernel, args, reads: [], writes: [], cost: 0 }, signal);
  }

  /** What is in the memory, until the next call. */
  read({ offset, bytes }: Range): Uint8Array {
    return new Uint8Array(this.#memory.wasm.buffer, offset, bytes);
  }

  /** The range, which was just read, has this hash; a next call may want it there. */
  remember(range: Range, hash: string): void {
    this.#known.set(range, hash);
  }

  #growTo(pages: number): void {
    const { wasm, limit } = this.#memory;
    const missing = pages - wasm.buffer.byteLength / PAGE;
    if (missing <= 0) return;
    try {
      wasm.grow(missing);
    } catch {
      throw new Error(
        `the worker cannot have ${(pages * PAGE) / 2 ** 20} MiB of memory for kernels (limit ${limit / 2 ** 20})`,
      );
    }
  }

  end(): Promise<void> {
    return this.#lane.end();
  }
}

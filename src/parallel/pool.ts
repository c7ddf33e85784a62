import type { Kernel, KernelBuild } from "../kernels/kernel.js";
import type { Block, Memory } from "./memory.js";

/** One call of one kernel over the pool's memory. A plain value: the pool keeps no state of the caller's. */
export interface KernelCall {
  readonly kernel: Kernel;
  /** What the kernel is called with: offsets of blocks, sizes, scalars. */
  readonly args: readonly number[];
  /** Every block that it reads and does not write. Pools whose workers have memories of their own send copies. */
  readonly reads: readonly Block[];
  /** Every block that it writes, its progress included. No two calls in flight may share one of them. */
  readonly writes: readonly Block[];
  /** Blocks to work in whose contents matter neither before the call nor after it. Default: none. */
  readonly scratch?: readonly Block[];
  /**
   * Those of `writes` that the caller never looks at: only later calls read them, so a pool whose workers are far away may leave
   * their bytes there. Default: none.
   */
  readonly resident?: readonly Block[];
  /** Rough cost in nanoseconds; a call that costs less than a trip to a worker is done on the calling thread. */
  readonly cost: number;
}

/** Runs kernels. The bits of a result depend on the call alone, never on the pool. */
export interface Pool {
  /** How many calls make progress at the same time. */
  readonly width: number;
  /** How many calls more should wait for one of them to end, so that nobody waits for work. Default 1. */
  readonly ahead?: number;
  /** Which build of the kernels it runs. */
  readonly kernels: KernelBuild;
  /** Where the blocks of its calls lie. */
  readonly memory: Memory;
  /**
   * Runs the call to its end, again and again as long as the kernel answers `MORE`. It settles only when nothing writes
   * to the call's blocks any more, so they may be freed or reused right after, also after a failure.
   *
   * An abort takes effect at the kernel's next slice; a worker whose kernel does not come to one within 250 ms is
   * ended and replaced.
   *
   * @throws the signal's reason if it is aborted before the call has ended
   * @throws KernelError if the kernel traps, its worker dies or its code cannot be loaded; the pool stays usable
   */
  run(call: KernelCall, signal?: AbortSignal): Promise<void>;
  /** Waits for the calls in flight, then ends the workers. Calls made afterwards are rejected. */
  close(): Promise<void>;
}

import { DONE, type KernelBuild, MORE } from "../kernels/kernel.js";
import { EventLoop } from "./event-loop.js";
import { kernelFailed } from "./kernel-failure.js";
import { Linker } from "./linker.js";
import { Memory } from "./memory.js";
import { unlessAborted } from "./on-abort.js";
import type { KernelCall, Pool } from "./pool.js";
import { type Task, TaskQueue } from "./task-queue.js";

/**
 * Runs kernels on the calling thread, one after the other, and lets the event loop turn between slices, so that a page
 * stays alive and an abort arrives however long the work is.
 */
export class InlinePool implements Pool {
  readonly width = 1;
  readonly kernels: KernelBuild;
  readonly memory: Memory;
  readonly #linker: Linker;
  readonly #queue = new TaskQueue();
  readonly #eventLoop = new EventLoop();
  #pumping = false;

  constructor(memory: Memory, linker: Linker) {
    this.kernels = linker.build;
    this.memory = memory;
    this.#linker = linker;
  }

  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    const settled = this.#queue.add(call, signal);
    if (!this.#pumping) void this.#pump();
    return settled;
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      await this.#perform(task).then(task.resolve, task.reject);
    }
    this.#pumping = false;
  }

  async #perform({ call, signal }: Task): Promise<void> {
    const { kernel, args } = call;
    try {
      if (this.#linker.bound(kernel) === undefined) await unlessAborted(this.#linker.bind(kernel), signal);
      const run = this.#linker.bound(kernel)!;
      let answer: number | undefined = MORE;
      while (answer === MORE) {
        if (this.#eventLoop.isDue) await this.#eventLoop.turn();
        if (signal?.aborted) break;
        answer = run(...args) ?? DONE;
      }
      if (answer === DONE) return;
      if (answer !== MORE) throw new Error(`it answered ${answer}, which is neither DONE nor MORE`);
    } catch (error) {
      if (!signal?.aborted) throw kernelFailed(kernel, error);
    } finally {
      for (const block of call.writes) this.memory.touch(block);
    }
    throw signal?.reason;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}

/**
 * A pool of the calling thread alone: no worker is started, and the same bits come out as from any other pool of the same
 * `kernels` (as in threadPool; default "fast").
 */
export function inlinePool({ kernels = "fast" }: { readonly kernels?: KernelBuild | undefined } = {}): Pool {
  const memory = new Memory(false);
  return new InlinePool(memory, new Linker(memory, kernels));
}

import { TrellisError } from "../core/errors.js";
import { onAbort } from "./on-abort.js";
import type { KernelCall } from "./pool.js";

/** A call that has been asked for. Whoever takes it off the queue settles it, once. */
export interface Task {
  readonly call: KernelCall;
  readonly signal: AbortSignal | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * First in, first out. A task whose signal aborts while it waits is rejected and leaves at once. The queue listens to a
 * signal only while a task waits, so nothing piles up on a signal that lives long.
 */
export class TaskQueue {
  /** Waiting tasks, oldest first, with what stops listening to their signals. */
  readonly #waiting = new Map<Task, () => void>();
  readonly #unsettled = new Set<Promise<void>>();
  #closed = false;

  /** Adds a call; the promise is settled through the task's `resolve` and `reject`. */
  add(call: KernelCall, signal?: AbortSignal): Promise<void> {
    if (this.#closed) return Promise.reject(new TrellisError("The pool is closed; make a new one", "POOL_CLOSED"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const settled = new Promise<void>((resolve, reject) => this.wait({ call, signal, resolve, reject }));
    this.#unsettled.add(settled);
    const forget = () => void this.#unsettled.delete(settled);
    settled.then(forget, forget);
    return settled;
  }

  /** Lets a task wait (again): the last of the queue. */
  wait(task: Task): void {
    const { signal } = task;
    if (signal?.aborted) {
      task.reject(signal.reason);
      return;
    }
    const drop = () => {
      this.#leave(task);
      task.reject(signal?.reason);
    };
    this.#waiting.set(task, onAbort(signal, drop));
  }

  /** Takes the oldest task off. */
  shift(): Task | undefined {
    for (const task of this.#waiting.keys()) {
      this.#leave(task);
      return task;
    }
    return undefined;
  }

  #leave(task: Task): void {
    this.#waiting.get(task)?.();
    this.#waiting.delete(task);
  }

  /** Whether tasks wait. */
  get empty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Refuses further tasks and waits until all that were added are settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#unsettled);
  }
}

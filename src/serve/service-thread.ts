import { Worker } from "node:worker_threads";
import { TrellisError } from "../core/errors.js";
import { RequestError } from "./request-error.js";
import type { Call, Failure, Reply, ThreadCalls } from "./thread-messages.js";

/** Models live long and answers briefly: more room for what is young would be held and not used. */
const YOUNG_MB = 8;

/** The thread died, or was ended, before it answered. */
export class ThreadGoneError extends TrellisError {
  constructor(why: string) {
    super(`the models' thread has ended: ${why}`, "THREAD_GONE");
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One thread that runs `models-thread.ts`, and the calls that wait for its answers. */
export class ServiceThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #goneBecause: string | null = null;

  /** @param onGone called once, when it has ended, unless by `end` */
  constructor(onGone: (error: ThreadGoneError) => void) {
    this.#worker = new Worker(new URL("./models-thread.js", import.meta.url), {
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on("message", (reply: Reply) => this.#hear(reply));
    const lose = (why: string) => {
      if (this.#goneBecause !== null) return;
      const error = this.#lose(why);
      onGone(error);
    };
    this.#worker.on("messageerror", (error) => lose(error.message));
    this.#worker.on("error", (error) => lose(error instanceof Error ? error.message : String(error)));
    this.#worker.on("exit", (code) => lose(`exit code ${code}`));
    // What keeps the process alive is that it listens, not that it could compute.
    this.#worker.unref();
  }

  get isGone(): boolean {
    return this.#goneBecause !== null;
  }

  /** @throws ThreadGoneError; whatever the call throws there, as an error of the same code */
  call<Name extends keyof ThreadCalls>(
    name: Name,
    order: Parameters<ThreadCalls[Name]>[0],
    transfer: ArrayBuffer[] = [],
  ): ReturnType<ThreadCalls[Name]> {
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#goneBecause !== null) throw new ThreadGoneError(this.#goneBecause);
      const id = ++this.#calls;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, name, order } satisfies Call, transfer);
    });
    return answer as ReturnType<ThreadCalls[Name]>;
  }

  async end(): Promise<void> {
    this.#lose("it was ended");
    await this.#worker.terminate();
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("failure" in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.result);
  }

  #lose(why: string): ThreadGoneError {
    this.#goneBecause ??= why;
    const error = new ThreadGoneError(this.#goneBecause);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    return error;
  }
}

function errorOf({ message, code, status, path, stack }: Failure): Error {
  if (status !== null && code !== null) return new RequestError(status, code, message, path === null ? {} : { path });
  const error = code === null ? new Error(message) : new TrellisError(message, code);
  if (stack !== null) error.stack = stack;
  return error;
}

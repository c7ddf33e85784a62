import type { Answer, Order, Start, Stop } from "./messages.js";

/** One worker, whatever the platform calls it. */
export interface WorkerPort {
  post(message: Start | Order | Stop, transfer?: ArrayBuffer[]): void;
  /** Whether the worker keeps the process alive; of no meaning in browsers. */
  keepAlive(on: boolean): void;
  /** Ends the worker, whatever it does; `gone` follows. */
  end(): void;
  /** Whether `gone` means that its thread has stopped; browsers let a busy one write to shared memory for a while. */
  readonly endsSurely: boolean;
}

export interface WorkerEvents {
  answer(answer: Answer): void;
  /** It could not be loaded, died or was ended; nothing comes from it any more. May be said more than once. */
  gone(why: string): void;
}

// Not a static import: bundlers for browsers must not see "node:" modules.
const builtin = (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule;
const threads = builtin?.("node:worker_threads");

/** Whether workers exist here at all. */
export const workersExist: boolean = threads !== undefined || typeof Worker === "function";

/** How many workers can make progress at the same time. */
export function coreCount(): number {
  return builtin?.("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

function startThread({ Worker }: NonNullable<typeof threads>, events: WorkerEvents): WorkerPort {
  // No execArgv: the loaders and debug ports of the main thread are of no use to kernels, and cost start-up time.
  const thread = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  thread.on("message", events.answer);
  thread.on("messageerror", (error) => events.gone(String(error)));
  thread.on("error", (error) => events.gone(error instanceof Error ? error.message : String(error)));
  thread.on("exit", (code) => events.gone(`it ended with exit code ${code}`));
  return {
    post: (message, transfer = []) => thread.postMessage(message, transfer),
    keepAlive: (on) => (on ? thread.ref() : thread.unref()),
    end: () => void thread.terminate(),
    endsSurely: true,
  };
}

function startWebWorker(events: WorkerEvents): WorkerPort {
  // Bundlers recognise exactly this expression and bundle the worker along.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = (event: MessageEvent<Answer>) => events.answer(event.data);
  worker.onmessageerror = () => events.gone("its message could not be read");
  worker.onerror = (event) => {
    event.preventDefault?.();
    worker.terminate();
    events.gone(event.message || "its script could not be loaded");
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    keepAlive: () => {},
    end: () => {
      worker.terminate();
      events.gone("it was ended");
    },
    endsSurely: false,
  };
}

/** Starts a worker; `gone` is called if it cannot be loaded. Throws where starting one is forbidden. */
export function startWorker(events: WorkerEvents): WorkerPort {
  return threads ? startThread(threads, events) : startWebWorker(events);
}

import type { Outbox } from "./outbox.js";
import type { RunStore } from "./records.js";

/** A store that is opened when the first records come. */
export function deferredStore(name: string, open: () => Promise<RunStore>): RunStore {
  const store = once(open);
  return { name, deliver: async (records, signal) => (await store()).deliver(records, signal) };
}

/** An outbox that is opened when it is first needed. */
export function deferredOutbox(open: () => Promise<Outbox>): Outbox {
  const outbox = once(open);
  return {
    put: async (records) => (await outbox()).put(records),
    replay: async (store, signal) => (await outbox()).replay(store, signal),
  };
}

/** Opens it but once; what fails is tried again the next time. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

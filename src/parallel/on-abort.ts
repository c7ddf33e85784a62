/** Who wants to hear of a signal's abort. Kept beside the signal, as an extra field of it would be. */
const listeners = new WeakMap<AbortSignal, { readonly heard: Set<() => void>; readonly hear: () => void }>();

/**
 * Calls `listener` once if the signal aborts; answers the function that stops listening. However many listen, the
 * signal has one event listener: Node 20 warns of a leak when it has more than ten, and a wide pool has.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  let entry = listeners.get(signal);
  if (entry === undefined) {
    const heard = new Set<() => void>();
    const hear = () => {
      for (const each of [...heard]) each();
    };
    entry = { heard, hear };
    listeners.set(signal, entry);
    signal.addEventListener("abort", hear);
  }
  const { heard, hear } = entry;
  const own = () => listener();
  heard.add(own);
  return () => {
    heard.delete(own);
    if (heard.size > 0 || listeners.get(signal)?.heard !== heard) return;
    signal.removeEventListener("abort", hear);
    listeners.delete(signal);
  };
}

/** Waits for the promise, or rejects with the signal's reason as soon as it aborts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let stopListening = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stopListening = onAbort(signal, () => reject(signal.reason));
  });
  return Promise.race([promise, aborted]).finally(stopListening);
}

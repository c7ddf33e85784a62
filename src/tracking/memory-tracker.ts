import { type MemoryRun, MemoryStore } from "./memory-store.js";
import { recordingTracker } from "./recording-tracker.js";
import type { Tracker } from "./tracker.js";

/** A tracker that keeps its runs in memory, for tests and for programs that look at them. */
export interface MemoryTracker extends Tracker {
  /** All runs as they are after a `flush`, in the order in which they were started. */
  readonly runs: readonly MemoryRun[];
}

/** A tracker for tests: `await tracker.flush()`, then look at `tracker.runs`. */
export function memoryTracker(): MemoryTracker {
  const store = new MemoryStore();
  return {
    ...recordingTracker(store),
    get runs() {
      return store.runs;
    },
  };
}

import type { RunRecord, RunStore } from "./records.js";

/** Where records wait that a store could not take; it outlasts the process. */
export interface Outbox {
  /** Puts records by, behind those that wait already. Resolves when they are kept for good. */
  put(records: readonly RunRecord[]): Promise<void>;
  /**
   * Delivers all that waits, in order, also what earlier processes left. Resolves when nothing waits any more; rejects where
   * the store does, and then the rest waits on.
   */
  replay(store: RunStore, signal: AbortSignal): Promise<void>;
}

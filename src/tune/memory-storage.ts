import type { JournalRecord } from "./journal-record.js";
import { StudyLog } from "./study-log.js";
import type { StudyStorage } from "./study-storage.js";

class MemoryStorage implements StudyStorage {
  readonly log = new StudyLog();

  async append(records: readonly JournalRecord[]): Promise<void> {
    for (const record of records) this.log.apply(record);
  }

  async refresh(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Keeps studies in this process, and no longer than it lasts. */
export function memoryStorage(): StudyStorage {
  return new MemoryStorage();
}

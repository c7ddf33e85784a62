import type { JournalRecord } from "./journal-record.js";
import type { StudyLog } from "./study-log.js";

/** Where studies are kept: a log of records, which several processes may write at once. */
export interface StudyStorage {
  /** What is known of the records so far. */
  readonly log: StudyLog;
  /**
   * Writes records, in one piece and in the order of the calls. When it settles they are durable, and the log has them
   * and all that others wrote before them.
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Brings the log up to date with what others wrote. */
  refresh(): Promise<void>;
  /** Settles when nothing is being written any more. */
  close(): Promise<void>;
}

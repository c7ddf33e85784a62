import { resolve } from "node:path";
import { InvalidParameterError } from "../core/errors.js";
import { checkParams, real, type Schema } from "../core/params.js";
import { describe } from "../core/to-matrix.js";
import type { JournalRecord } from "../tune/journal-record.js";
import { StudyLog } from "../tune/study-log.js";
import type { StudyStorage } from "../tune/study-storage.js";
import { toLine } from "../tune/to-line.js";
import { FileError, reasonOf } from "./file-error.js";
import { JournalFile } from "./journal-file.js";
import { type JournalLockOptions, withLock } from "./journal-lock.js";

export type { JournalLockOptions as JournalStorageOptions };

const schema: Schema<Required<JournalLockOptions>> = {
  lockTimeout: real(60, { min: 0 }),
  staleAfter: real(30, { min: 0, open: true }),
};

class JournalStorage implements StudyStorage {
  readonly log = new StudyLog();
  readonly #path: string;
  readonly #options: JournalLockOptions;
  readonly #file: JournalFile;
  /** Settles when nobody reads or writes; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What the next write will write. */
  #lines = "";
  #nextWrite: Promise<void> | null = null;

  constructor(path: string, options: JournalLockOptions) {
    this.#path = resolve(path);
    this.#options = options;
    this.#file = new JournalFile(this.#path);
  }

  /** Records that come while others are being written share one write. */
  async append(records: readonly JournalRecord[]): Promise<void> {
    this.#lines += records.map(toLine).join("");
    this.#nextWrite ??= this.#inTurn("written", async () => {
      // What an objective says in one go, its parameters and perhaps its value, is one write.
      await new Promise((resolve) => setImmediate(resolve));
      const lines = this.#lines;
      this.#lines = "";
      this.#nextWrite = null;
      await this.#write(lines);
    });
    await this.#nextWrite;
  }

  refresh(): Promise<void> {
    return this.#inTurn("read", () => this.#read());
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  async #write(lines: string): Promise<void> {
    await withLock(this.#path, this.#options, async () => {
      await this.#read();
      await this.#file.append(lines);
    });
    await this.#read();
  }

  async #read(): Promise<void> {
    for await (const records of this.#file.read()) for (const record of records) this.log.apply(record);
  }

  #inTurn(done: string, work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work).catch((error: unknown) => {
      if (error instanceof FileError) throw error;
      throw new FileError(`the journal could not be ${done} at ${this.#path}: ${reasonOf(error)}`, this.#path, {
        cause: error,
      });
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/**
 * Keeps studies in a file: Optuna's JournalStorage with its JournalFileBackend. Several processes, of Node and of Python,
 * may work on it at once, also over NFS; optuna-dashboard shows it. A record is acknowledged when it is synced to disk;
 * a line that a crash has torn is not seen, and mended with the next write.
 *
 * @param path made by the first write, in a folder that exists
 * @throws InvalidParameterError; its methods throw FileError if the file is no journal, cannot be read or written, or is
 * locked by another process for too long, and leave it as it was
 * @see https://optuna.readthedocs.io/en/stable/reference/generated/optuna.storages.journal.JournalFileBackend.html
 */
export function journalStorage(path: string, options: JournalLockOptions = {}): StudyStorage {
  if (typeof path !== "string" || path === "") {
    throw new InvalidParameterError(`path of journalStorage must be the name of a file; got ${describe(path)}`, "path");
  }
  const { lockTimeout = 60, staleAfter = 30 } = options;
  checkParams(schema, { lockTimeout, staleAfter }, "journalStorage");
  return new JournalStorage(path, { lockTimeout, staleAfter });
}

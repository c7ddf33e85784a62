import { constants } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EventFile } from "./event-file.js";
import { FileError, reasonOf } from "./file-error.js";
import { OwnerLock } from "./owner-lock.js";
import { readRegularFile } from "./read-regular-file.js";
import { removeTemporaries, replaceFile, syncFolder } from "./replace-file.js";

const ID = /^[1-9][0-9]{0,9}$/;
/** Bytes of a status. */
const MAX_BYTES = 2 ** 24;
/** Seconds that a process is waited for that works in the folder still and is about to end. */
const WAIT = 30;

/**
 * Folders of jobs, numbered from 1: `<number>/status.json`, written whole or not at all, `<number>/events.jsonl`, and whatever a job's
 * work keeps there. One process at a time has them.
 */
export class JobFolders {
  readonly #folder: string;
  /** Null where nothing can be written. */
  readonly #lock: OwnerLock | null;
  #last: number;

  private constructor(folder: string, lock: OwnerLock | null, last: number) {
    this.#folder = folder;
    this.#lock = lock;
    this.#last = last;
  }

  /**
   * @param path is made if need be
   * @throws FileError, also where another process has it
   */
  static async open(path: string): Promise<JobFolders> {
    const folder = resolve(path);
    let lock: OwnerLock | null = null;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      lock = await OwnerLock.take(join(folder, "jobs"));
    } catch (error) {
      if (!isReadOnly(error)) throw failed(error, folder, "used");
    }
    return new JobFolders(folder, lock, (await numbersIn(folder)).at(-1) ?? 0);
  }

  get isReadOnly(): boolean {
    return this.#lock === null;
  }

  /** The statuses that can be read, by id, oldest first. */
  async statuses(): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>();
    for (const number of await numbersIn(this.#folder)) {
      const path = join(this.folderOf(`${number}`), "status.json");
      try {
        const bytes = await readRegularFile(path, MAX_BYTES, constants.O_NOFOLLOW ?? 0);
        found.set(`${number}`, JSON.parse(Buffer.from(bytes).toString("utf8")));
      } catch {
        // A kill came before it was written.
      }
    }
    return found;
  }

  /** An id that was never used before. */
  nextId(): string {
    return `${(this.#last += 1)}`;
  }

  folderOf(id: string): string {
    return join(this.#folder, id);
  }

  eventsOf(id: string): EventFile {
    return new EventFile(join(this.folderOf(id), "events.jsonl"));
  }

  /** Makes the folder of a new job, with its status in it, or nothing. @throws FileError */
  async create(id: string, status: object): Promise<void> {
    const folder = this.folderOf(id);
    try {
      await mkdir(folder, { mode: 0o700 });
      await this.write(id, status);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw failed(error, folder, "made");
    }
  }

  /** @throws FileError */
  async write(id: string, status: object): Promise<void> {
    const path = join(this.folderOf(id), "status.json");
    try {
      await replaceFile(path, Buffer.from(JSON.stringify(status)));
    } catch (error) {
      throw failed(error, path, "written");
    }
  }

  /** Removes what a process left that was killed in a job's folder. */
  async tidy(id: string): Promise<void> {
    await rm(join(this.folderOf(id), "work.lock"), { force: true }).catch(() => {});
    await removeTemporaries(this.folderOf(id)).catch(() => {});
  }

  /** Removes all but the newest, and says which. */
  async removeOld(keep: number): Promise<string[]> {
    const ids = (await numbersIn(this.#folder)).slice(0, -keep).map(String);
    for (const id of ids) await rm(this.folderOf(id), { recursive: true, force: true }).catch(() => {});
    return ids;
  }

  async close(): Promise<void> {
    await this.#lock?.release();
  }
}

/** Waits for a process that works in a job's folder and has not ended yet; then no other one does until `release`. @throws FileError */
export function lockJobFolder(folder: string): Promise<OwnerLock> {
  return OwnerLock.take(join(folder, "work"), { wait: WAIT });
}

/** The storage takes nothing, as opposed to being broken. */
export function isReadOnly(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return code === "EROFS" || code === "EACCES" || code === "EPERM";
}

/** Ascending. */
async function numbersIn(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names
    .filter((name) => ID.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function failed(error: unknown, path: string, verb: string): FileError {
  if (error instanceof FileError) return error;
  return new FileError(`${path} could not be ${verb}: ${reasonOf(error)}`, path, { cause: error });
}

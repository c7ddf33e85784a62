import { randomUUID } from "node:crypto";
import { lstat, open, rename, stat, symlink, unlink } from "node:fs/promises";
import { FileError } from "./file-error.js";

/** Of `journalStorage`: how it waits for other writers. */
export interface JournalLockOptions {
  /** Seconds to wait for another process to release the lock. Default 60. */
  readonly lockTimeout?: number;
  /**
   * Seconds after which a lock is taken to be left behind by a process that died: neither it nor the journal has changed
   * since. Default 30, as in Optuna.
   */
  readonly staleAfter?: number;
}

/** Milliseconds from one attempt to the next, doubled each time up to the longest. */
const PAUSE = { shortest: 1, longest: 100 };

/**
 * Holds a journal's lock while the work is done: the link `<path>.lock`, that only one process can make, and that Optuna's
 * JournalFileSymlinkLock respects. On Windows, where links need a privilege, it is a file, as of its JournalFileOpenLock.
 *
 * @param path absolute
 * @throws FileError if another process holds the lock for too long; what the system says, or the work throws
 */
export async function withLock<T>(path: string, options: JournalLockOptions, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await acquire(path, lock, options);
  const own = await identityOf(lock);
  try {
    return await work();
  } finally {
    // One that was held for so long that another process took it away is not ours to release.
    if ((await identityOf(lock)) === own) await remove(lock);
  }
}

async function acquire(path: string, lock: string, options: JournalLockOptions): Promise<void> {
  const { lockTimeout = 60, staleAfter = 30 } = options;
  const end = performance.now() + lockTimeout * 1000;
  let pause = PAUSE.shortest;
  let [seen, since] = ["", performance.now()];
  for (;;) {
    if (await make(path, lock)) return;
    const now = `${await identityOf(lock)} ${await changeOf(path)}`;
    if (now !== seen) [seen, since] = [now, performance.now()];
    if (performance.now() - since > staleAfter * 1000) {
      await remove(lock);
      [seen, pause] = ["", PAUSE.shortest];
      continue;
    }
    if (performance.now() > end) {
      throw new FileError(`${path} is locked by another process for more than ${lockTimeout} s (by ${lock})`, path);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, PAUSE.longest);
  }
}

/** Whether there was no lock, so that it is ours now. */
async function make(path: string, lock: string): Promise<boolean> {
  try {
    if (process.platform === "win32") await (await open(lock, "wx")).close();
    else await symlink(path, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Renamed first: of several processes that remove a lock, one succeeds. */
async function remove(lock: string): Promise<void> {
  const renamed = `${lock}${randomUUID()}.rename`;
  try {
    await rename(lock, renamed);
    await unlink(renamed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Tells one lock from the next; "" if there is none. */
async function identityOf(lock: string): Promise<string> {
  const found = await lstat(lock, { bigint: true }).catch(() => null);
  return found === null ? "" : `${found.ino} ${found.mtimeNs}`;
}

async function changeOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? "" : `${found.mtimeNs}`;
}

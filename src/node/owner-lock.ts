import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { FileError, reasonOf } from "./file-error.js";

/** Who holds a lock: a process, told apart from a later one with the same number by when it was started. */
interface Owner {
  readonly pid: number;
  readonly boot: string;
  readonly started: string;
}

/** Milliseconds from one look at a lock that another process holds to the next. */
const PAUSE = 20;

/**
 * A file that says that its process is at work on another file. It is given up by `release`; that of a process that died is
 * taken over.
 */
export class OwnerLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param wait seconds to wait for a living process that holds it; default 0
   * @throws FileError if a living process holds it still
   */
  static async take(file: string, { wait = 0 }: { readonly wait?: number } = {}): Promise<OwnerLock> {
    const path = `${file}.lock`;
    const mine = beside(path);
    const end = performance.now() + wait * 1000;
    try {
      // Written beside and linked into place, so that nobody ever reads half of it.
      await writeFile(mine, JSON.stringify(thisProcess()), { flag: "wx", mode: 0o600 });
      while (!(await linked(mine, path))) {
        const owner = await livingOwner(path);
        if (owner !== null && performance.now() >= end) {
          throw new FileError(`${file} is in use by process ${owner.pid}; end that first, or use another file`, file);
        }
        if (owner !== null) await setTimeout(PAUSE);
      }
      await removeLeftovers(path);
      return new OwnerLock(path);
    } catch (error) {
      if (error instanceof FileError) throw error;
      throw new FileError(`${file} cannot be locked: ${reasonOf(error)}`, file, { cause: error });
    } finally {
      await unlink(mine).catch(() => {});
    }
  }

  async release(): Promise<void> {
    await unlink(this.#path);
  }
}

/** A name for a file of this process's own, which tells whose it is. */
function beside(path: string): string {
  return `${path}.${process.pid}.${randomUUID()}`;
}

/** Removes what processes left that were killed while they took the lock. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const pid = /\.(\d+)\.[\da-f-]{36}$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await unlink(join(folder, name)).catch(() => {});
  }
}

/** Gives a file a second name; false if that name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Who holds a lock; null where nobody does any more, and then a lock that was left behind is removed. */
async function livingOwner(path: string): Promise<Owner | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null; // It was released meanwhile.
  const owner = parsed(text);
  if (owner !== null && isAlive(owner)) return owner;
  // Another process may have taken it over since it was read: then that one gets its own back.
  const aside = beside(path);
  await rename(path, aside).catch(() => {});
  if ((await readFile(aside, "utf8").catch(() => text)) !== text) await linked(aside, path);
  await unlink(aside).catch(() => {});
  return null;
}

/** Null for what a process left that died while it wrote it. */
function parsed(text: string): Owner | null {
  try {
    const { pid, boot, started } = JSON.parse(text) as Owner;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, boot: String(boot), started: String(started) } : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, boot, started }: Owner): boolean {
  return boot === bootId() && started === startOf(pid) && isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, boot: bootId(), started: startOf(process.pid) };
}

/** Tells one start of the machine from the next, where the system says it (Linux). */
function bootId(): string {
  return systemFile("/proc/sys/kernel/random/boot_id").trim();
}

/** When a process was started, in clock ticks since the machine was; field 22 of `man 5 proc`. */
function startOf(pid: number): string {
  const stat = systemFile(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function systemFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

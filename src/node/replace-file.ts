import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

const TEMPORARY = ".trellis.tmp-";

/**
 * A new file beside the old one, written and synced, takes its place in one step. Nobody can plant the new file or lead
 * it elsewhere: its name is random, and what exists already is neither opened nor followed.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${TEMPORARY}${randomUUID()}`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(temporary, O_CREAT | O_EXCL | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
  await syncFolder(folder);
}

/** Removes new files that never took their place, as a kill leaves them; those of the last minute may still be in use. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > 60_000) await unlink(path).catch(() => {});
  }
}

/** Makes a new name last through a power cut. Windows cannot sync folders, and does not need to. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

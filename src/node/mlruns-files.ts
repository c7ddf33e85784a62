import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FlatValue, FlatYaml, flatYaml } from "./flat-yaml.js";

export const META = "meta.yaml";

/**
 * A file takes the place of what is there in one step, so that a reader sees the old one or the new one, also after a
 * crash of the process. Like MLflow, it does not wait for the disk, and leaves who may read it to the process's umask.
 *
 * @param by a folder on the same disk in which nobody minds the file while it is written
 */
export async function placeFile(path: string, content: string | Uint8Array, by: string): Promise<void> {
  const temporary = join(by, `.trellis.tmp-${randomUUID()}`);
  const file = await open(temporary, "wx");
  try {
    await file.writeFile(content).finally(() => file.close());
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {}); // The first failure is the one to tell.
    throw error;
  }
}

/** The text of a file; null where there is none. */
export async function textAt(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** What MLflow says of the experiment, run or model of a folder; null where there is none. */
export async function readMeta(folder: string): Promise<FlatYaml | null> {
  const text = await textAt(join(folder, META));
  return text === null ? null : new FlatYaml(text);
}

export async function writeMeta(folder: string, values: Readonly<Record<string, FlatValue>>): Promise<void> {
  await placeFile(join(folder, META), flatYaml(values), folder);
}

/** Hexadecimal digits that stand for texts, the same in every process. */
export function digestOf(...texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\0")).digest("hex");
}

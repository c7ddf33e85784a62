import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "trellis-learn/node";

/**
 * A name that no other training in the world has, the same after a kill: jobs are numbered from 1 in every state folder, but
 * MLflow hears of many.
 */
export async function trainingId(folder: string): Promise<string> {
  const path = join(folder, "training-id");
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const id = randomUUID();
  await replaceFile(path, Buffer.from(id));
  return id;
}

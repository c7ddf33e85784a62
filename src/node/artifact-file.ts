import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FileError, reasonOf } from "./file-error.js";
import { replaceFile } from "./replace-file.js";

/** Writes a file below a folder, whole or not at all. @throws FileError */
export async function writeArtifact(folder: string, path: string, content: Uint8Array): Promise<void> {
  const file = join(folderAt(folder), ...path.split("/"));
  try {
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, content);
  } catch (error) {
    throw new FileError(`the artifact could not be written to ${file}: ${reasonOf(error)}`, file, { cause: error });
  }
}

/** The folder of a path or of a `file:` URI, which MLflow also takes with a relative path: "file:./mlruns". */
export function folderAt(location: string): string {
  if (!location.startsWith("file:")) return resolve(location);
  return location.startsWith("file:/") ? fileURLToPath(location) : resolve(decodeURI(location.slice("file:".length)));
}

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FileError } from "./file-error.js";

/**
 * The bytes of a file, of which there may be at most `maxBytes`.
 *
 * @throws FileError for what is no regular file or too large; what the system says
 */
export async function readRegularFile(path: string, maxBytes: number, flags = 0): Promise<Uint8Array<ArrayBuffer>> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new FileError(`${path} is no regular file`, path);
    if (stat.size > maxBytes) {
      throw new FileError(`${path} has ${stat.size} bytes, more than the ${maxBytes} of maxBytes`, path);
    }
    return await readWhole(file, stat.size);
  } finally {
    await file.close();
  }
}

/** As many bytes as the file had when it was opened; should it shrink meanwhile, its checksum tells. */
async function readWhole(file: FileHandle, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, Math.min(size - done, 2 ** 30), done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

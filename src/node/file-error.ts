import { TrellisError } from "../core/errors.js";

/** A file could not be read or written; `cause` is what the system said. */
export class FileError extends TrellisError {
  /** The file. */
  readonly path: string;
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, "FILE_FAILED", options);
    this.path = path;
  }
}

/** What the system said, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file or folder";
  if (code === "EACCES" || code === "EPERM") return "it is not permitted";
  if (code === "EROFS") return "the file system is read-only";
  if (code === "ENOSPC") return "the disk is full";
  if (code === "EISDIR") return "it is a folder";
  return message;
}

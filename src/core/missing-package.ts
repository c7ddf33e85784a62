import { TrellisError } from "./errors.js";

/** A feature needs a package that is not installed; it is optional, so that nobody carries it who does not draw. */
export class MissingPackageError extends TrellisError {
  /** The package to install. */
  readonly packageName: string;
  constructor(packageName: string, need: string, cause: unknown) {
    super(`${need} needs the optional package ${packageName}; npm install ${packageName}`, "MISSING_PACKAGE", {
      cause,
    });
    this.packageName = packageName;
  }
}

/**
 * Awaits the import of an optional package.
 *
 * @throws MissingPackageError naming the package if it cannot be imported
 */
export async function optional<T>(imported: Promise<T>, packageName: string, need: string): Promise<T> {
  try {
    return await imported;
  } catch (error) {
    throw new MissingPackageError(packageName, need, error);
  }
}

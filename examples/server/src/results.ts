import { readFile } from "node:fs/promises";
import { RequestError } from "trellis-learn/serve";
import type { BestParameters } from "./best-parameters.js";

/** What the last training that completed has found, as it is on disk. */
export class Results {
  readonly #path: string;
  #bestParameters: BestParameters | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads it anew; none is no error. */
  async load(): Promise<void> {
    try {
      this.#bestParameters = JSON.parse(await readFile(this.#path, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }

  /** @throws RequestError 404 NO_RESULTS */
  get bestParameters(): BestParameters {
    if (this.#bestParameters !== null) return this.#bestParameters;
    throw new RequestError(404, "NO_RESULTS", "no training has completed yet; POST /training starts one");
  }

  /** Name of the model with the best score in cross-validation, or null. */
  get bestModel(): string | null {
    return this.#bestParameters?.best_model.name ?? null;
  }
}

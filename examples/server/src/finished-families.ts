import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "mnist-example/train";
import { replaceFile } from "trellis-learn/node";

/** The families that a training has done with, in its folder: one that goes on after a kill passes them over. */
export class FinishedFamilies {
  readonly #folder: string;
  readonly #keeping: Promise<void>[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  /** What is known of a family, or null for one that is still to be trained. */
  async find(name: string): Promise<Outcome | null> {
    try {
      return JSON.parse(await readFile(this.#pathOf(name), "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** Keeps it once what was logged of it is safe, which the training does not wait for. */
  keep(outcome: Outcome, isLogged: Promise<unknown>): void {
    const kept = isLogged.then(() => replaceFile(this.#pathOf(outcome.name), Buffer.from(JSON.stringify(outcome))));
    kept.catch(() => {}); // `settled` tells.
    this.#keeping.push(kept);
  }

  /** @throws what kept a family from being kept */
  async settled(): Promise<void> {
    await Promise.all(this.#keeping);
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

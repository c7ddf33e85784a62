/** Milliseconds between the starts of two pieces of work. */
const PAUSE = 50;

/**
 * Does a piece of work again and again, one at a time and with a pause between, always with what was given last: what comes
 * faster than it can be worked on is passed over, but never the last.
 */
export class LatestFirst<T> {
  readonly #work: (item: T) => Promise<void>;
  #next: { readonly item: T } | null = null;
  #busy = false;

  /** @param work must not reject */
  constructor(work: (item: T) => Promise<void>) {
    this.#work = work;
  }

  give(item: T): void {
    this.#next = { item };
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#next !== null) {
      const { item } = this.#next;
      this.#next = null;
      await Promise.all([this.#work(item), new Promise((rested) => setTimeout(rested, PAUSE))]);
    }
    this.#busy = false;
  }
}

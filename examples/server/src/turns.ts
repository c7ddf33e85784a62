import { RequestError } from "trellis-learn/serve";

/** Lets so many do their work at once; so many more may wait. */
export class Turns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws RequestError 503 QUEUE_FULL; whatever the work throws */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#working < this.#atOnce) this.#working++;
    else if (this.#waiting.length >= this.#mostWaiting) {
      throw new RequestError(503, "QUEUE_FULL", "too many pictures wait to be read", { retryAfter: 1 });
    } else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A place that is free goes on to whoever waits longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#working--;
      else next();
    }
  }
}

/** Names of writers of records, each given once: no two processes have one in common. */
export class WorkerNames {
  readonly #process = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) =>
    word.toString(16).padStart(8, "0"),
  ).join("");
  #given = 0;

  next(): string {
    return `${this.#process}-${this.#given++}`;
  }
}

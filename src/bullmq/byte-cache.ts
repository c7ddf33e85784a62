/** Byte strings by name, up to so many bytes in all; those that were used longest ago make way. */
export class ByteCache {
  readonly #limit: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string): Uint8Array | undefined {
    const found = this.#entries.get(name);
    if (found === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, found);
    return found;
  }

  set(name: string, value: Uint8Array): void {
    if (value.length > this.#limit || this.get(name) !== undefined) return;
    this.#entries.set(name, value);
    this.#bytes += value.length;
    for (const [oldest, { length }] of this.#entries) {
      if (this.#bytes <= this.#limit) return;
      this.#entries.delete(oldest);
      this.#bytes -= length;
    }
  }
}

import type { Range } from "./content.js";

/** Which ranges of a memory are known to hold which content. */
export class KnownRanges {
  readonly #known = new Map<number, { readonly bytes: number; readonly hash: string }>();

  holds({ offset, bytes }: Range, hash: string): boolean {
    const known = this.#known.get(offset);
    return known?.bytes === bytes && known.hash === hash;
  }

  set(range: Range, hash: string): void {
    this.forget(range);
    this.#known.set(range.offset, { bytes: range.bytes, hash });
  }

  /** Something else is written there. */
  forget({ offset, bytes }: Range): void {
    for (const [start, known] of this.#known) {
      if (start < offset + bytes && offset < start + known.bytes) this.#known.delete(start);
    }
  }

  clear(): void {
    this.#known.clear();
  }
}

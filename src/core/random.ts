import alea from "seedrandom/lib/alea.js";
/*! Alea: Copyright (C) 2010 by Johannes Baagøe. MIT licence, from the package seedrandom, which is built in. */

/**
 * A stream of pseudo-random numbers named by a seed and a path of labels. Streams of different labels are independent,
 * so what tree 17 draws depends on the seed and on 17, not on how many trees there are or who ran first.
 *
 * Generator: Alea (J. Baagøe 2010), 2^-32 resolution, by the package seedrandom.
 */
export class Rng {
  readonly #path: string;
  readonly #prng: ReturnType<typeof alea>;

  /** @param path the seed, or the seed and labels that name the stream */
  constructor(path: number | string) {
    this.#path = String(path);
    this.#prng = alea(this.#path);
  }

  /** The independent stream of these labels; it does not matter how much this one has been used. */
  stream(...labels: readonly (string | number)[]): Rng {
    return new Rng(`${this.#path}/${labels.map((l) => JSON.stringify(l)).join("/")}`);
  }

  /** Uniform in [0, 1), 53 bits. */
  next(): number {
    return this.#prng.double();
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Standard normal deviate, by the polar method (Marsaglia and Bray 1964). */
  normal(): number {
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** 64 random bits as two unsigned 32-bit halves, low half first: the seed of a kernel. */
  seed64(): readonly [low: number, high: number] {
    return [this.#prng.int32() >>> 0, this.#prng.int32() >>> 0];
  }

  /** The integers 0 .. n-1 in random order (Fisher and Yates; Durstenfeld 1964). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }
}

/** A root seed from the system's source of entropy, for `randomState: null`. */
export function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

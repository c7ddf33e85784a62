/**
 * The part of numpy's legacy `RandomState` that scikit-learn's splitters draw from, number for number: the Mersenne
 * Twister MT19937 with the seeding and the bounded integers of `numpy.random.RandomState(seed)`. That stream is frozen
 * by numpy's compatibility policy (NEP 19), so the same integer seed gives scikit-learn's own split.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
 * number generator", ACM TOMACS 8(1), 1998; https://numpy.org/doc/stable/reference/random/legacy.html
 */
const N = 624;
const M = 397;
const MATRIX_A = 0x9908b0df;
const UPPER_MASK = 0x80000000;
const LOWER_MASK = 0x7fffffff;

export class RandomState {
  private readonly key = new Uint32Array(N);
  private position = N;

  /** @param seed integer in [0, 2^32 - 1]; the caller checks it. */
  constructor(seed: number) {
    // init_genrand of the authors' 2002 revision, which is what numpy uses for a single integer seed.
    let value = seed >>> 0;
    for (let i = 0; i < N; i++) {
      this.key[i] = value;
      value = (Math.imul(1812433253, value ^ (value >>> 30)) + i + 1) >>> 0;
    }
  }

  /** The next 32 bits of the generator, as an integer in [0, 2^32 - 1]. */
  nextUint32(): number {
    if (this.position === N) this.refill();
    let y = this.key[this.position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** An integer in [0, max], both included, by masked rejection (numpy's `random_interval`); 0 draws nothing. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do value = (this.nextUint32() & mask) >>> 0;
    while (value > max);
    return value;
  }

  /** Shuffles in place, from the end (`RandomState.shuffle`): Fisher and Yates, Durstenfeld's Algorithm 235. */
  shuffle(values: Uint32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.interval(i);
      const kept = values[i]!;
      values[i] = values[j]!;
      values[j] = kept;
    }
  }

  /** `0 ... n - 1` in random order (`RandomState.permutation(n)`). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  /** A shuffled copy (`RandomState.permutation(array)`). */
  permuted(values: Uint32Array): Uint32Array {
    const copy = values.slice();
    this.shuffle(copy);
    return copy;
  }

  /** `size` of the values without replacement (`RandomState.choice(values, size, replace=False)`). */
  choice(values: Uint32Array, size: number): Uint32Array {
    // numpy permutes the whole population even for one draw; the stream must move on by as much.
    return this.permutation(values.length)
      .subarray(0, size)
      .map((at) => values[at]!);
  }

  private refill(): void {
    const key = this.key;
    for (let i = 0; i < N; i++) {
      const y = (key[i]! & UPPER_MASK) | (key[(i + 1) % N]! & LOWER_MASK);
      key[i] = key[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? MATRIX_A : 0);
    }
    this.position = 0;
  }
}

import type { Memory, Scope } from "../parallel/memory.js";
import type { Pool } from "../parallel/pool.js";
import type { Matrix } from "./matrix.js";

/** Results of more bytes than this are made anew each time rather than kept: the same bits, more time. */
const MEMO_BYTES = 1 << 30;

/**
 * What the work within one top-level verb (a fit, a search) shares: pure results by owner and key, the kernels' memory,
 * and which tables have been found free of NaN. It ends with the verb, since a caller may change its arrays afterwards.
 */
export class Workspace {
  readonly #kept = new Map<object, Map<string, { readonly value: unknown; readonly bytes: number }>>();
  readonly #scopes = new Map<Memory, Scope>();
  readonly #checked = new Map<Matrix, Set<boolean>>();
  readonly #viewed = new Set<Matrix>();
  #expectsRounds = false;
  #bytes = 0;
  /**
   * Where what is made of fitted models alone is kept beyond this verb, by whoever asks the same models again and again; null where
   * it ends with the verb.
   */
  readonly ofModels: Workspace | null;

  constructor(ofModels: Workspace | null = null) {
    this.ofModels = ofModels;
  }

  /** `make()`, once for each owner and key. `bytes` is what keeping the result costs. */
  memo<T>(owner: object, key: string, make: () => T, bytes = 0): T {
    const known = this.#kept.get(owner)?.get(key);
    if (known !== undefined) return known.value as T;
    const made = make();
    this.keep(owner, key, made, bytes);
    return made;
  }

  /** What was made for that owner and key and is still kept; undefined if nothing is. */
  known<T>(owner: object, key: string): T | undefined {
    return this.#kept.get(owner)?.get(key)?.value as T | undefined;
  }

  /** Keeps a result in the place of what was kept for that owner and key, unless all together would be too much. */
  keep(owner: object, key: string, value: unknown, bytes = 0): void {
    const before = this.#kept.get(owner);
    const all = this.#bytes - (before?.get(key)?.bytes ?? 0) + bytes;
    if (all > MEMO_BYTES) return;
    this.#bytes = all;
    if (before === undefined) this.#kept.set(owner, new Map([[key, { value, bytes }]]));
    else before.set(key, { value, bytes });
  }

  /** Lets go what was kept for that owner. */
  drop(owner: object): void {
    for (const { bytes } of this.#kept.get(owner)?.values() ?? []) this.#bytes -= bytes;
    this.#kept.delete(owner);
  }

  /** The blocks of this verb in the pool's memory; freed when the verb ends. */
  blocks(pool: Pool): Scope {
    let scope = this.#scopes.get(pool.memory);
    if (scope === undefined) this.#scopes.set(pool.memory, (scope = pool.memory.scope()));
    return scope;
  }

  /** Whether the table has been checked within this verb, as strictly; from now on it has. */
  sees(X: Matrix, allowsNaN: boolean): boolean {
    const known = this.#checked.get(X.root);
    if (known?.has(allowsNaN)) return true;
    // A view vouches for its own rows only.
    if (X.root === X) this.#checked.set(X, (known ?? new Set<boolean>()).add(allowsNaN));
    return false;
  }

  /** Says that many views of the table will be worked on, so that it pays to make things of all its rows, once. */
  expectViewsOf(table: Matrix): void {
    this.#viewed.add(table);
  }

  /** Whether other tables that are views of this one's rows (folds) will come in this run. */
  expectsViewsOf(table: Matrix): boolean {
    return this.#viewed.has(table);
  }

  /** Says that candidates will come round after round on the same tables, so that it pays to keep what they were made of. */
  expectRounds(): void {
    this.#expectsRounds = true;
  }

  /** Whether further rounds will ask for the same folds, so that keeping work pays. */
  get expectsRounds(): boolean {
    return this.#expectsRounds;
  }

  /** Frees what was kept. */
  close(): void {
    for (const scope of this.#scopes.values()) scope.free();
    this.#scopes.clear();
    this.#kept.clear();
    this.#viewed.clear();
  }
}

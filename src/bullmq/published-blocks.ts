import type { Block, Memory } from "../parallel/memory.js";
import type { KernelCall } from "../parallel/pool.js";
import {
  type Content,
  hashOf,
  type Piece,
  piecesOf,
  putParts,
  type Range,
  READ_ALONG,
  WRITTEN_ALONG,
} from "./content.js";
import type { ContentStore } from "./content-store.js";
import { QueueError } from "./queue-error.js";

/** A content in Redis. */
interface Published {
  readonly hash: string;
  readonly bytes: number;
  readonly stored: Promise<void>;
  /** How many calls under way need it. */
  uses: number;
}

/** The hashes of a block's ranges, as long as it has this version. */
interface Known {
  readonly version: number;
  readonly hashes: Map<string, string>;
}

/** A range whose bytes are in Redis alone. */
interface Away {
  readonly range: Range;
  readonly published: Published;
}

/** What calls need, let go when the call is over. */
export type Needs = Set<Published>;

/** What a pool has put into Redis: each content once, and no more of them than `limit` bytes unless calls under way need them. */
export class PublishedBlocks {
  readonly #memory: Memory;
  readonly #store: ContentStore;
  readonly #limit: number;
  readonly #known = new WeakMap<Block, Known>();
  /** By block; its contents are kept in Redis until it is freed or written to. */
  readonly #away = new Map<Block, { readonly version: number; readonly ranges: Away[] }>();
  /** By hash, least recently used first. */
  readonly #published = new Map<string, Published>();
  #bytes = 0;

  constructor(memory: Memory, store: ContentStore, limit: number) {
    this.#memory = memory;
    this.#store = store;
    this.#limit = limit;
  }

  /** Redis has lost everything. */
  forget(): void {
    this.#published.clear();
    this.#bytes = 0;
  }

  /** What a worker's memory must hold for a call that reads and writes these blocks; stored, or to be sent along. */
  async piecesFor(reads: readonly Block[], writes: readonly Block[], needs: Needs): Promise<readonly Piece[]> {
    // Nobody has written to a block of version 0, so its bytes are of no meaning.
    const changed = writes.filter(({ whole }) => whole.version > 0);
    const all = await Promise.all([
      ...reads.map((block) => this.#piecesOf(block, READ_ALONG, needs)),
      ...changed.map((block) => this.#piecesOf(block, WRITTEN_ALONG, needs)),
    ]);
    return all.flat();
  }

  async #piecesOf(block: Block, along: number, needs: Needs): Promise<readonly Piece[]> {
    if (block.bytes <= along)
      return [...piecesOf(block)].map((range) => ({ ...range, content: { bytes: this.#copy(range) } }));
    const pieces: Piece[] = [];
    // One after the other: each is copied while it is stored.
    for (const range of piecesOf(block)) pieces.push({ ...range, content: await this.#publish(block, range, needs) });
    return pieces;
  }

  async #publish(block: Block, range: Range, needs: Needs): Promise<Content> {
    // A call that was aborted may have given its blocks away since.
    if (block.whole.freed) throw new Error("a block has been freed during the call");
    const name = nameOf(range);
    if (!this.#knownOf(block).hashes.has(name)) await this.#bring(block);
    const { hashes } = this.#knownOf(block);
    const hash = hashes.get(name) ?? hashOf(this.#view(range));
    hashes.set(name, hash);
    await this.store(hash, needs, () => {
      if (this.#isAway(block)) throw new QueueError(`Redis has lost content ${hash}, which was nowhere else`);
      return this.#copy(range);
    });
    return { hash };
  }

  /** Stores a content unless it is in Redis already. */
  async store(hash: string, needs: Needs, bytesOf: () => Uint8Array): Promise<void> {
    let published = this.#published.get(hash);
    if (published === undefined) {
      const bytes = bytesOf();
      published = { hash, bytes: bytes.length, stored: this.#store.put(hash, bytes), uses: 0 };
      published.stored.catch(() => this.#remove(hash));
      this.#add(published);
    }
    if (!needs.has(published)) published.uses++;
    needs.add(published);
    await published.stored;
  }

  /** A call is over. */
  release(needs: Needs): void {
    for (const published of needs) {
      published.uses--;
      if (this.#published.get(published.hash) !== published) continue;
      this.#published.delete(published.hash);
      this.#published.set(published.hash, published); // The most recently used one.
    }
    this.#makeRoom();
  }

  /** Results of a call are in Redis, where they may stay for calls that read them; `isAway` where they are nowhere else. */
  adopt(block: Block, range: Range, hash: string, isAway: boolean): void {
    this.#knownOf(block).hashes.set(nameOf(range), hash);
    let published = this.#published.get(hash);
    if (published === undefined) {
      published = { hash, bytes: range.bytes, stored: Promise.resolve(), uses: 0 };
      this.#add(published);
    }
    if (!isAway) return;
    const { whole } = block;
    if (!this.#isAway(block)) this.#home(whole);
    const { ranges } = this.#away.get(whole) ?? { ranges: [] };
    this.#away.set(whole, { version: whole.version, ranges: [...ranges, { range, published }] });
    published.uses++;
  }

  /** Whether some of the bytes that the call needs are in Redis alone. */
  areAway({ reads, writes }: KernelCall): boolean {
    return this.#away.size > 0 && [...reads, ...writes].some((block) => this.#isAway(block));
  }

  /** Fetches what the call needs and is in Redis alone. */
  async bring({ reads, writes }: KernelCall): Promise<void> {
    for (const block of [...reads, ...writes]) await this.#bring(block);
  }

  #isAway({ whole }: Block): boolean {
    return !whole.freed && this.#away.get(whole)?.version === whole.version;
  }

  async #bring(block: Block): Promise<void> {
    const ranges = this.#isAway(block) ? this.#away.get(block.whole)!.ranges : [];
    for (const { range, published } of ranges) {
      const parts = await this.#store.read({ hash: published.hash }, range.bytes);
      if (!this.#isAway(block)) return;
      putParts(parts, this.#memory.wasm.buffer, range.offset);
    }
    if (ranges.length > 0) this.#home(block.whole);
  }

  /** The block's bytes are here, or of no meaning any more. */
  #home(whole: Block): void {
    for (const { published } of this.#away.get(whole)?.ranges ?? []) published.uses--;
    this.#away.delete(whole);
  }

  #knownOf({ whole }: Block): Known {
    let known = this.#known.get(whole);
    if (known?.version !== whole.version) {
      known = { version: whole.version, hashes: new Map() };
      this.#known.set(whole, known);
    }
    return known;
  }

  #view({ offset, bytes }: Range): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.wasm.buffer, offset, bytes);
  }

  #copy(range: Range): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view(range));
  }

  #add(published: Published): void {
    this.#published.set(published.hash, published);
    this.#bytes += published.bytes;
  }

  #remove(hash: string): void {
    this.#bytes -= this.#published.get(hash)?.bytes ?? 0;
    this.#published.delete(hash);
  }

  #makeRoom(): void {
    for (const whole of [...this.#away.keys()]) if (!this.#isAway(whole)) this.#home(whole);
    const dropped: string[] = [];
    for (const [hash, { uses }] of this.#published) {
      if (this.#bytes <= this.#limit) break;
      if (uses > 0) continue;
      this.#remove(hash);
      dropped.push(hash);
    }
    if (dropped.length > 0) void this.#store.drop(dropped).catch(() => {}); // Redis drops them in time.
  }
}

const nameOf = ({ offset, bytes }: Range): string => `${offset}:${bytes}`;

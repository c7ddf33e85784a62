import type { Block, Memory } from "../parallel/memory.js";
import { type Content, hashOf, type Piece, piecesOf, type Range, READ_ALONG, WRITTEN_ALONG } from "./content.js";
import type { ContentStore } from "./content-store.js";

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

/** What calls need, let go when the call is over. */
export type Needs = Set<Published>;

/** What a pool has put into Redis: each content once, and no more of them than `limit` bytes unless calls under way need them. */
export class PublishedBlocks {
  readonly #memory: Memory;
  readonly #store: ContentStore;
  readonly #limit: number;
  readonly #known = new WeakMap<Block, Known>();
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
    const { hashes } = this.#knownOf(block);
    const name = nameOf(range);
    const hash = hashes.get(name) ?? hashOf(this.#view(range));
    hashes.set(name, hash);
    await this.store(hash, needs, () => this.#copy(range));
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

  /** A call's results have been taken over from Redis, where they may stay for calls that read them. */
  adopt(block: Block, range: Range, hash: string): void {
    this.#knownOf(block).hashes.set(nameOf(range), hash);
    if (!this.#published.has(hash)) {
      this.#add({ hash, bytes: range.bytes, stored: Promise.resolve(), uses: 0 });
    }
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

import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { JournalMismatchError } from "../core/errors.js";
import type { TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import type { Seeds } from "../core/seeds.js";
import type { Target } from "../core/target.js";
import type { JournalSpec, JournalUnit, OpenJournal, SearchJournal } from "../model-selection/search-journal.js";
import { checkedLine, linesOf, writtenLine } from "./checked-lines.js";
import { FileError, reasonOf } from "./file-error.js";
import { OwnerLock } from "./owner-lock.js";
import { syncFolder } from "./replace-file.js";

/** How the first line of every journal begins; a file that begins otherwise is not touched. */
const MARK = '{"trellis":"search journal","v":1,';
/** A larger file is refused unread: a search of a million candidates on ten folds has about 3 GB. */
const MAX_BYTES = 2 ** 32;
/** Characters of an error's message that are kept. */
const MESSAGE = 1000;

/** The first line: what the search is. Texts and data are kept as hashes. */
interface Header {
  readonly owner: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly seeds: Seeds;
}

/**
 * A journal on disk, for the option `journal` of a search's fit: each candidate's scores on each fold are in it before they are
 * told or counted. A search that was killed, at any moment, goes on where it was when the same fit is called again, and
 * ends with the same bits as if nothing had happened. It holds scores, seeds, hashes and the
 * messages of errors: no data, no code, no models.
 *
 * Lines of JSON with a checksum (CRC-32), written with one write and synced. A torn end is cut off (and kept beside, as
 * `<path>.torn-<time>`); a damaged line in the middle is passed over, and its unit computed anew. One process at a time may use it.
 *
 * @param path in a folder that exists
 * @throws at fit: FileError; JournalMismatchError if another search began it
 */
export function searchJournal(path: string): SearchJournal {
  return { open: (spec) => SearchJournalFile.open(resolve(path), spec) };
}

class SearchJournalFile implements OpenJournal {
  readonly seeds: Seeds;
  readonly size: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #lock: OwnerLock;
  readonly #units: ReadonlyMap<string, JournalUnit>;
  #failure: FileError | null = null;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, lock: OwnerLock, seeds: Seeds, units: Map<string, JournalUnit>) {
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
    this.seeds = seeds;
    this.size = units.size;
    this.#units = units;
  }

  static async open(path: string, spec: JournalSpec): Promise<SearchJournalFile> {
    const lock = await OwnerLock.take(path);
    let file: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NONBLOCK ?? 0);
      file = await open(path, flags, 0o600);
      const header = headerOf(spec);
      const bytes = await readAll(file, path);
      const { known, units, end } = parse(bytes, path);
      if (end < bytes.length) await cutOff(file, path, bytes.subarray(end), end);
      if (known !== null) checkSame(header, known, path);
      else {
        await appendSynced(file, writtenLine(MARK, header));
        await syncFolder(dirname(path));
      }
      return new SearchJournalFile(path, file, lock, (known ?? header).seeds, units);
    } catch (error) {
      await file?.close();
      await lock.release();
      throw wrapped(error, path, "opened");
    }
  }

  find(key: string): JournalUnit | undefined {
    return this.#units.get(hashed(key));
  }

  /** Calls that come while one is being written wait for it. What could not be synced is never tried again. */
  append(units: readonly JournalUnit[]): Promise<void> {
    const lines = units.map((unit) => writtenLine("{", recordOf(unit))).join("");
    this.#written = this.#written.then(async () => {
      if (this.#failure !== null) throw this.#failure;
      try {
        await appendSynced(this.#file, lines);
      } catch (error) {
        throw (this.#failure = wrapped(error, this.#path, "written to") as FileError);
      }
    });
    return this.#written;
  }

  async close(): Promise<void> {
    await this.#written.catch(() => {}); // Whoever appended knows.
    await this.#file.close();
    await this.#lock.release();
  }
}

async function readAll(file: FileHandle, path: string): Promise<Buffer> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new FileError(`${path} is no regular file`, path);
  if (stat.size > MAX_BYTES) {
    throw new FileError(`${path} has ${stat.size} bytes, more than a search journal may have (${MAX_BYTES})`, path);
  }
  return file.readFile();
}

interface Parsed {
  /** Null where the file is empty, or its first line was torn. */
  readonly known: Header | null;
  readonly units: Map<string, JournalUnit>;
  /** Where the last good line ends; what comes after it is torn. */
  readonly end: number;
}

function parse(bytes: Buffer, path: string): Parsed {
  const units = new Map<string, JournalUnit>();
  if (bytes.length === 0) return { known: null, units, end: 0 };
  const beginning = bytes.toString("latin1", 0, MARK.length);
  if (beginning !== MARK.slice(0, beginning.length)) {
    throw new FileError(`${path} is no journal of a search; it is left as it is`, path);
  }
  let known: Header | null = null;
  let end = 0;
  for (const line of linesOf(bytes)) {
    const record = line.isWhole ? checkedLine(line.text) : null;
    if (record === null) {
      if (known === null && line.isWhole) {
        throw new FileError(`the first line of ${path} is damaged, so it cannot be told which search it is of`, path);
      }
      continue;
    }
    end = line.end;
    if (known === null) known = record as unknown as Header;
    else {
      const unit = unitOf(record);
      if (unit !== null && !units.has(unit.key)) units.set(unit.key, unit);
    }
  }
  return { known, units, end };
}

/** What is damaged at the end is kept beside, for whoever wants to look at it. */
async function cutOff(file: FileHandle, path: string, torn: Uint8Array, end: number): Promise<void> {
  await writeFile(`${path}.torn-${Date.now()}`, torn, { mode: 0o600 });
  await file.truncate(end);
  await file.sync();
}

async function appendSynced(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
  await file.datasync();
}

function headerOf({ owner, parts, data, seeds }: JournalSpec): Header {
  const named = Object.entries(parts).map(([name, text]) => [name, hashed(text)]);
  return { owner, parts: { ...Object.fromEntries(named), data: hashOfData(data) }, seeds };
}

function checkSame(header: Header, known: Header, path: string): void {
  const names = new Set([...Object.keys(header.parts), ...Object.keys(known.parts ?? {})]);
  for (const name of names) {
    if (known.parts?.[name] === header.parts[name]) continue;
    const whose = name === "data" ? "the data are" : name === "kernels" ? "the build of the kernels is" : `${name} is`;
    throw new JournalMismatchError(
      `${path} was begun by another search (${whose} not the same); finish that one, or use another file`,
      name,
    );
  }
}

/** Numbers that JSON cannot say are written as strings. */
function recordOf({ key, fitTime, scoreTime, isLost, error, ...unit }: JournalUnit): object {
  const said = (scores: Readonly<Record<string, number>> | null) =>
    scores && Object.fromEntries(Object.entries(scores).map(([name, v]) => [name, Number.isFinite(v) ? v : String(v)]));
  return {
    key: hashed(key),
    ...unit,
    scores: said(unit.scores),
    trainScores: said(unit.trainScores),
    error: error?.slice(0, MESSAGE) ?? null,
    isLost,
    fitTime,
    scoreTime,
  };
}

/** Null for a line that says something else. */
function unitOf(record: Readonly<Record<string, unknown>>): JournalUnit | null {
  const { key, candidate, fold, scores, trainScores, error, isLost, fitTime, scoreTime } = record;
  const test = scoresOf(scores);
  if (typeof key !== "string" || test === null || typeof fold !== "number" || typeof candidate !== "number")
    return null;
  return {
    key,
    candidate,
    fold,
    scores: test,
    trainScores: scoresOf(trainScores),
    error: typeof error === "string" ? error : null,
    isLost: isLost === true,
    fitTime: Number(fitTime),
    scoreTime: Number(scoreTime),
  };
}

function scoresOf(value: unknown): Record<string, number> | null {
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, score]) => [name, Number(score)]));
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function hashOfData({ X, y, sampleWeight, evalSets }: TrainingData): string {
  const hash = createHash("sha256");
  addRows(hash, X, y, sampleWeight);
  for (const set of evalSets) {
    hash.update(`set ${set.name}`);
    addRows(hash, set.X, set.y, set.sampleWeight);
  }
  return hash.digest("hex").slice(0, 32);
}

function addRows(hash: Hash, X: Matrix, y: Target, weights: Float64Array | null): void {
  const { data, rows, cols, scale, labels } = X;
  hash.update(`${data.constructor.name} ${rows} ${cols} ${scale} ${JSON.stringify(labels)}`).update(bytesOf(data));
  if (y.kind === "labels") hash.update(JSON.stringify(y.classes)).update(bytesOf(y.codes));
  else if (y.kind === "numbers") hash.update("numbers").update(bytesOf(y.values));
  if (weights !== null) hash.update("weights").update(bytesOf(weights));
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function wrapped(error: unknown, path: string, verb: string): unknown {
  if (error instanceof FileError || error instanceof JournalMismatchError) return error;
  return new FileError(`the journal ${path} could not be ${verb}: ${reasonOf(error)}`, path, { cause: error });
}

import { ARENA_BASE } from "../kernels/kernel.js";
import type { Arithmetic } from "./arithmetic.js";
import { type Content, PIECE_BYTES, type Piece, type Range } from "./content.js";
import { pack, unpack } from "./envelope.js";

/** Raised with every change of these messages: pools and workers of different ones do not understand each other. */
const PROTOCOL = 2;
const PAGE = 65536;
const MOST_PAGES = 65536;

/** Calls that go out together: what BullMQ keeps of them. The calls themselves lie beside it (`writeCalls`). */
export interface RemoteJob {
  readonly run: string;
  /** Number of the job within its run. */
  readonly job: number;
}

/** One kernel call, as a worker gets it. */
export interface RemoteCall {
  /** What f32 kernels of this code need of the worker; null if they are the same everywhere. */
  readonly arithmetic: Arithmetic | null;
  /** Of the kernel's family: a `KernelCode` as JSON, of so many bytes. */
  readonly code: { readonly hash: string; readonly bytes: number };
  /** Name of the exported function. */
  readonly kernel: string;
  readonly args: readonly number[];
  /** Size of the pool's memory, in pages of 64 KiB. */
  readonly pages: number;
  /** What the memory must hold before the call. */
  readonly pieces: readonly Piece[];
  /** What to send back. */
  readonly writes: readonly Range[];
  /** What may be written besides. */
  readonly scratch: readonly Range[];
}

/** What became of a call: the contents of its writes' pieces, in their order, or why there are none. */
export type RemoteAnswer =
  | { readonly kind: "done"; readonly contents: readonly Content[] }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };

type Take = (bytes: number) => Uint8Array;

export const writeJob = (job: RemoteJob): object => ({ ...job, protocol: PROTOCOL });

/**
 * Reads what `writeJob` made. Whoever can write to Redis can send anything, so all is checked, here and below.
 *
 * @throws Error saying what is wrong with it
 */
export function readJob(data: unknown): RemoteJob {
  const { protocol, run, job } = recordOf(data);
  if (protocol !== PROTOCOL) {
    throw new Error(
      `it speaks protocol ${protocol} and its worker ${PROTOCOL}; run one version of trellis-learn on both`,
    );
  }
  return { run: textOf(run, /^[0-9a-f-]{36}$/), job: integerOf(job, 0, Number.MAX_SAFE_INTEGER) };
}

/** Numbers go along as bytes: JSON has neither NaN, nor infinities, nor -0. */
export function writeCalls(calls: readonly RemoteCall[]): Buffer {
  const along: Uint8Array[] = [];
  const written = calls.map((call) => {
    along.push(new Uint8Array(Float64Array.from(call.args).buffer));
    const pieces = call.pieces.map((piece) => ({ ...piece, content: sendAlong(piece.content, along) }));
    return { ...call, args: call.args.length, pieces };
  });
  return pack(written, along);
}

/**
 * Reads what `writeCalls` made; sizes are checked before memory is taken.
 *
 * @throws Error saying what is wrong with it
 */
export function readCalls(message: Buffer): readonly RemoteCall[] {
  const { value, take } = unpack(message);
  return listOf(value).map((call) => callOf(call, take));
}

function callOf(value: unknown, take: Take): RemoteCall {
  const { arithmetic, code, kernel, args, pages, pieces, writes, scratch } = recordOf(value);
  const size = integerOf(pages, 1, MOST_PAGES) * PAGE;
  const { hash, bytes } = recordOf(code);
  return {
    arithmetic: arithmetic === null ? null : (textOf(arithmetic, /^(fused|separate|none)$/) as Arithmetic),
    code: { hash: hashText(hash), bytes: integerOf(bytes, 1, PIECE_BYTES) },
    kernel: textOf(kernel, /^\w{1,100}$/),
    args: [...new Float64Array(Uint8Array.from(take(8 * integerOf(args, 0, PIECE_BYTES))).buffer)],
    pages: size / PAGE,
    pieces: listOf(pieces).map((piece) => ({
      ...rangeOf(piece, size),
      content: contentOf(recordOf(piece).content, take),
    })),
    writes: listOf(writes).map((range) => rangeOf(range, size)),
    scratch: listOf(scratch).map((range) => rangeOf(range, size)),
  };
}

export function writeAnswers(answers: readonly RemoteAnswer[]): Buffer {
  const along: Uint8Array[] = [];
  const written = answers.map((answer) =>
    answer.kind === "done" ? { ...answer, contents: answer.contents.map((each) => sendAlong(each, along)) } : answer,
  );
  return pack(written, along);
}

/** @throws Error saying what is wrong with it */
export function readAnswers(message: Buffer): readonly RemoteAnswer[] {
  const { value, take } = unpack(message);
  return listOf(value).map((each) => {
    const answer = recordOf(each);
    if (answer.kind === "stopped") return { kind: "stopped" };
    if (answer.kind === "failed") return { kind: "failed", message: textOf(answer.message, /^/) };
    if (answer.kind !== "done") throw new Error("it is of no kind that is known");
    return { kind: "done", contents: listOf(answer.contents).map((content) => contentOf(content, take)) };
  });
}

/** A content as JSON; its bytes go along. */
function sendAlong(content: Content, along: Uint8Array[]): object {
  if ("hash" in content) return content;
  along.push(content.bytes);
  return { bytes: content.bytes.length };
}

function contentOf(value: unknown, take: Take): Content {
  const { bytes, hash } = recordOf(value);
  return hash === undefined ? { bytes: take(integerOf(bytes, 0, Number.MAX_SAFE_INTEGER)) } : { hash: hashText(hash) };
}

function rangeOf(value: unknown, size: number): Range {
  const { offset, bytes } = recordOf(value);
  const from = integerOf(offset, ARENA_BASE, size);
  return { offset: from, bytes: integerOf(bytes, 0, size - from) };
}

const hashText = (value: unknown): string => textOf(value, /^[0-9a-f]{64}$/);

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new Error(`an object was expected; got ${typeof value}`);
  return value as Readonly<Record<string, unknown>>;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`a list was expected; got ${typeof value}`);
  return value;
}

function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== "string" || !form.test(value)) throw new Error(`text of the form ${form} was expected`);
  return value;
}

function integerOf(value: unknown, least: number, most: number): number {
  if (!(Number.isInteger(value) && (value as number) >= least && (value as number) <= most)) {
    throw new Error(`an integer from ${least} to ${most} was expected; got ${JSON.stringify(value)}`);
  }
  return value as number;
}

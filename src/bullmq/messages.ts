import { ARENA_BASE } from "../kernels/kernel.js";
import type { Arithmetic } from "./arithmetic.js";
import { asBuffer, type Content, PIECE_BYTES, type Piece, type Range } from "./content.js";

/** Raised with every change of these messages: pools and workers of different ones do not understand each other. */
const PROTOCOL = 1;
const PAGE = 65536;
const MOST_PAGES = 65536;

/** One kernel call, as a worker gets it: the data of a job. */
export interface RemoteCall {
  readonly run: string;
  /** Number of the call within its run. */
  readonly call: number;
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

/** As it can be JSON: of numbers JSON has neither NaN, nor infinities, nor -0. */
export function writeCall(call: RemoteCall): object {
  return { ...call, protocol: PROTOCOL, args: asBuffer(Float64Array.from(call.args)).toString("base64") };
}

/**
 * Reads what `writeCall` made. Whoever can write to Redis can send anything, so all is checked, and sizes before memory is taken.
 *
 * @throws Error saying what is wrong with it
 */
export function readCall(data: unknown): RemoteCall {
  const { protocol, ...rest } = recordOf(data);
  if (protocol !== PROTOCOL) {
    throw new Error(
      `it speaks protocol ${protocol} and its worker ${PROTOCOL}; run one version of trellis-learn on both`,
    );
  }
  const { run, call, arithmetic, code, kernel, args, pages, pieces, writes, scratch } = rest;
  const size = integerOf(pages, 1, MOST_PAGES) * PAGE;
  const { hash, bytes } = recordOf(code);
  return {
    run: textOf(run, /^[0-9a-f-]{36}$/),
    call: integerOf(call, 0, Number.MAX_SAFE_INTEGER),
    arithmetic: arithmetic === null ? null : (textOf(arithmetic, /^(fused|separate|none)$/) as Arithmetic),
    code: { hash: hashText(hash), bytes: integerOf(bytes, 1, PIECE_BYTES) },
    kernel: textOf(kernel, /^\w{1,100}$/),
    args: numbersOf(args),
    pages: size / PAGE,
    pieces: listOf(pieces).map((piece) => ({ ...rangeOf(piece, size), content: contentOf(recordOf(piece).content) })),
    writes: listOf(writes).map((range) => rangeOf(range, size)),
    scratch: listOf(scratch).map((range) => rangeOf(range, size)),
  };
}

/** @throws Error saying what is wrong with it */
export function readAnswer(json: string): RemoteAnswer {
  const answer = recordOf(JSON.parse(json));
  if (answer.kind === "stopped") return { kind: "stopped" };
  if (answer.kind === "failed") return { kind: "failed", message: textOf(answer.message, /^/) };
  if (answer.kind !== "done") throw new Error("it is of no kind that is known");
  return { kind: "done", contents: listOf(answer.contents).map(contentOf) };
}

function contentOf(value: unknown): Content {
  const { base64, hash } = recordOf(value);
  return hash === undefined ? { base64: textOf(base64, /^[\w+/=]*$/) } : { hash: hashText(hash) };
}

function rangeOf(value: unknown, size: number): Range {
  const { offset, bytes } = recordOf(value);
  const from = integerOf(offset, ARENA_BASE, size);
  return { offset: from, bytes: integerOf(bytes, 0, size - from) };
}

function numbersOf(value: unknown): readonly number[] {
  const bytes = new Uint8Array(Buffer.from(textOf(value, /^[\w+/=]*$/), "base64"));
  if (bytes.length % 8 !== 0) throw new Error("its arguments are no numbers of 64 bits");
  return [...new Float64Array(bytes.buffer)];
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

import { InvalidDataError } from "../core/errors.js";

/** Deflate cannot shrink data by more than this factor: 258 bytes for 2 bits (RFC 1951). */
const LARGEST_RATIO = 1032;

/** Whether bytes begin as a gzip file does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks gzip data whose own beginning tells its length, and stops as soon as it turns out longer.
 *
 * @param sizeOf the length of the whole, told from its first bytes; null while those are too few; may throw
 * @param name what error messages call the data
 * @throws InvalidDataError if the data is damaged, cut short, or longer than it says
 */
export async function inflatedGzip(
  packed: Uint8Array,
  sizeOf: (start: Uint8Array) => number | null,
  name: string,
): Promise<Uint8Array> {
  const reader = inflate(packed).getReader();
  let start = new Uint8Array(0);
  let whole: Uint8Array | null = null;
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await nextChunk(reader, name);
      if (done) break;
      let chunk = value;
      if (whole === null) {
        start = joined(start, value);
        const size = sizeOf(start);
        if (size === null) continue;
        if (size > packed.length * LARGEST_RATIO) {
          throw new InvalidDataError(
            `${name} claims ${size} bytes, more than its ${packed.length} gzip bytes can hold`,
          );
        }
        whole = new Uint8Array(size);
        chunk = start;
      }
      if (filled + chunk.length > whole.length) {
        throw new InvalidDataError(`${name} must be ${whole.length} bytes when unpacked; got more`);
      }
      whole.set(chunk, filled);
      filled += chunk.length;
    }
  } finally {
    // Errors of a stream that has failed already were reported by the read.
    await reader.cancel().catch(() => {});
  }
  return whole === null ? start : whole.subarray(0, filled);
}

function inflate(packed: Uint8Array): ReadableStream<Uint8Array> {
  const source = new ReadableStream<BufferSource>({
    start(controller) {
      controller.enqueue(packed as Uint8Array<ArrayBuffer>);
      controller.close();
    },
  });
  return source.pipeThrough(new DecompressionStream("gzip"));
}

async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>, name: string) {
  try {
    return await reader.read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidDataError(`${name} has gzip data that is damaged or cut short (${why})`);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { readIdx } from "../../src/datasets.js";
import { byteFile, idxFile } from "./idx-file.js";

const cube = byteFile([2, 2, 3], 0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255);

describe("readIdx", () => {
  it("reads bytes with their shape.", async () => {
    const { shape, data } = await readIdx(cube);
    expect(shape).toEqual([2, 2, 3]);
    expect(data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255));
  });

  it("reads an ArrayBuffer, a Buffer and a view into a larger buffer alike.", async () => {
    const expected = await readIdx(cube);
    const larger = new Uint8Array(100).fill(7);
    larger.set(cube, 13);
    expect(await readIdx(cube.slice().buffer)).toEqual(expected);
    expect(await readIdx(Buffer.from(cube))).toEqual(expected);
    expect(await readIdx(larger.subarray(13, 13 + cube.length))).toEqual(expected);
  });

  it.each([
    [9, Int8Array, [-128, 127], [0x80, 0x7f]],
    [11, Int16Array, [-2, 258], [0xff, 0xfe, 0x01, 0x02]],
    [12, Int32Array, [-2, 16909060], [0xff, 0xff, 0xff, 0xfe, 1, 2, 3, 4]],
    [13, Float32Array, [1.5, -2], [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]],
    [14, Float64Array, [1.5, -2], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0]],
  ] as const)("reads type %i with the high byte first.", async (type, container, values, bytes) => {
    const { data } = await readIdx(idxFile(type, [2], Uint8Array.from(bytes)));
    expect(data).toEqual(container.from(values));
  });

  it("reads gzip data as it reads the plain file.", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (values) => {
        const file = idxFile(8, [values.length], values);
        expect(await readIdx(gzipSync(file))).toEqual(await readIdx(file));
      }),
      { numRuns: 20 },
    );
  });

  it("reads an array of no values.", async () => {
    expect(await readIdx(byteFile([0, 28, 28]))).toEqual({ shape: [0, 28, 28], data: new Uint8Array(0) });
  });

  it("shares no memory with what it was given.", async () => {
    const file = cube.slice();
    const { data } = await readIdx(file);
    file.fill(77);
    expect(data[11]).toBe(255);
  });

  it("refuses a wrong magic number.", async () => {
    const expected = "letters must begin with the magic number of an IDX file, such as 00000803; got ";
    await expect(readIdx(new TextEncoder().encode("PNG files"), { name: "letters" })).rejects.toThrow(
      expected + "504e4720",
    );
    await expect(readIdx(byteFile([]), { name: "letters" })).rejects.toThrow(expected + "00000800");
    await expect(readIdx(idxFile(10, [0], new Uint8Array(0)), { name: "letters" })).rejects.toThrow(
      expected + "00000a01",
    );
  });

  it("refuses every file that is cut short, plain or gzipped.", async () => {
    const packed = gzipSync(cube);
    for (const whole of [cube, packed]) {
      for (let length = 0; length < whole.length; length++) {
        await expect(readIdx(whole.subarray(0, length)), `cut to ${length}`).rejects.toThrow(InvalidDataError);
      }
    }
    await expect(readIdx(cube.subarray(0, 20))).rejects.toThrow(
      "the IDX file must be 28 bytes for its shape (2, 2, 3); got 20",
    );
    await expect(readIdx(packed.subarray(0, packed.length - 9))).rejects.toThrow(
      /^the IDX file has gzip data that is damaged or cut short/,
    );
    await expect(readIdx(cube.subarray(0, 9))).rejects.toThrow(
      "the IDX file is too short for an IDX header; got 9 bytes",
    );
  });

  it("refuses trailing bytes, plain, within and after gzip data.", async () => {
    const longer = Buffer.concat([cube, Buffer.of(0)]);
    await expect(readIdx(longer)).rejects.toThrow("the IDX file must be 28 bytes for its shape (2, 2, 3); got 29");
    await expect(readIdx(gzipSync(longer))).rejects.toThrow("the IDX file must be 28 bytes when unpacked; got more");
    await expect(readIdx(Buffer.concat([gzipSync(cube), gzipSync(cube)]))).rejects.toThrow(InvalidDataError);
  });

  it("refuses gzip data with a flipped bit, or reads the same values.", async () => {
    const expected = await readIdx(cube);
    const packed = gzipSync(cube);
    for (let at = 2; at < packed.length; at++) {
      const damaged = Uint8Array.from(packed);
      damaged[at]! ^= 0x10;
      const outcome = await readIdx(damaged).catch((error: unknown) => error);
      if (!(outcome instanceof InvalidDataError)) expect(outcome).toEqual(expected);
    }
  });

  it("refuses sizes over the cap before it takes memory.", async () => {
    const hostile = byteFile([0xffffffff, 0xffffffff, 0xffffffff]);
    await expect(readIdx(hostile)).rejects.toThrow(/claims the shape \(4294967295, 4294967295, 4294967295\)/);
    await expect(readIdx(gzipSync(hostile))).rejects.toThrow(/more than maxBytes \(1073741824\) allows/);
    await expect(readIdx(cube, { maxBytes: 11 })).rejects.toThrow(
      "the IDX file claims the shape (2, 2, 3), 12 bytes, more than maxBytes (11) allows",
    );
    await expect(readIdx(cube, { maxBytes: 12 })).resolves.toMatchObject({ shape: [2, 2, 3] });
    await expect(readIdx(gzipSync(byteFile([1e9])))).rejects.toThrow(
      /claims 1000000008 bytes, more than its \d+ gzip bytes/,
    );
  });

  it("refuses a wrong cap and what are no bytes.", async () => {
    await expect(readIdx(cube, { maxBytes: Number.NaN })).rejects.toThrow(
      "maxBytes of readIdx must be a number >= 0; got NaN",
    );
    await expect(readIdx("abc" as never)).rejects.toThrow(
      "readIdx must be given the bytes of the IDX file as a Uint8Array or an ArrayBuffer",
    );
  });
});

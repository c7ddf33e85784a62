import { describe, expect, it, vi } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { MissingFontError, MissingPackageError, toPng } from "../../src/report.js";

const square =
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="red"/></svg>';
const text = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><text y="15">a</text></svg>';

/** Width and height in the IHDR chunk, which comes first (PNG specification, 11.2.1). */
function sizeOf(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("toPng", () => {
  it("gives a PNG file of the picture's size times the scale", async () => {
    const png = await toPng(square);
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(sizeOf(png)).toEqual([60, 40]);
    expect(sizeOf(await toPng(square, { scale: 1.5 }))).toEqual([45, 30]);
  });

  it("says that there is no font rather than leave the text out", async () => {
    await expect(toPng(text, { fontFiles: ["/no/such/font.ttf"] })).rejects.toThrow(MissingFontError);
    await expect(toPng(square, { fontFiles: ["/no/such/font.ttf"] })).resolves.toBeInstanceOf(Uint8Array);
  });

  it("refuses what is no SVG, and scales that are not > 0", async () => {
    await expect(toPng("<svg")).rejects.toThrow(InvalidDataError);
    for (const scale of [0, -1, Number.NaN])
      await expect(toPng(square, { scale })).rejects.toThrow(InvalidParameterError);
  });

  it("names the package to install where it is missing", async () => {
    vi.doMock("@resvg/resvg-js", () => {
      throw new Error("Cannot find package");
    });
    const failure = await toPng(square).catch((error: unknown) => error);
    vi.doUnmock("@resvg/resvg-js");
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(String(failure)).toBe(
      "MissingPackageError: turning a picture into PNG needs the optional package @resvg/resvg-js; npm install @resvg/resvg-js",
    );
  });
});

import { greyPng } from "./grey-png.js";
import { rasterize } from "./rasterize.js";
import { DIGIT_STROKES } from "./strokes.js";

/** A digit of our own hand as a PNG file of 8 x 8 pixels: white ink on black paper, so that 255 stands for 16. */
export function digitPicture(digit: number): Uint8Array {
  const levels = rasterize(DIGIT_STROKES[digit]!);
  return greyPng(
    levels.map((level) => Math.round((level * 255) / 16)),
    8,
    8,
  );
}

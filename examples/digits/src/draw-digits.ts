/** Draws the sample pictures in handwritten-digits: digit_0.png to digit_9.png, white ink on black paper. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { greyPng } from "./grey-png.js";
import { rasterize } from "./rasterize.js";
import { DIGIT_STROKES } from "./strokes.js";

const folder = new URL("../handwritten-digits/", import.meta.url);
await mkdir(folder, { recursive: true });
for (const [digit, strokes] of DIGIT_STROKES.entries()) {
  const pixels = rasterize(strokes).map((level) => Math.round((level * 255) / 16));
  await writeFile(new URL(`digit_${digit}.png`, folder), greyPng(pixels, 8, 8));
}
console.log(`${DIGIT_STROKES.length} pictures are in ${fileURLToPath(folder)}`);

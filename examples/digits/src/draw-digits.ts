/** Draws the sample pictures in handwritten-digits: digit_0.png to digit_9.png. */
import { mkdir, writeFile } from "node:fs/promises";
import { digitPicture } from "./digit-picture.js";

const folder = new URL("../handwritten-digits/", import.meta.url);
await mkdir(folder, { recursive: true });
for (let digit = 0; digit < 10; digit++) {
  await writeFile(new URL(`digit_${digit}.png`, folder), digitPicture(digit));
}

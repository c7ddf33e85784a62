import { normaliseDigit, SIDE } from "./normalise-digit.js";
import { paintStrokes, type Stroke } from "./strokes.js";

/** Ten times as fine as the models' picture. */
const FINE = SIDE * 10;

/** Turns strokes into the picture that the models see; null where there is no ink. */
export class ModelPicture {
  readonly #context: CanvasRenderingContext2D;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = FINE;
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
  }

  of(strokes: readonly Stroke[]): Uint8Array<ArrayBuffer> | null {
    paintStrokes(this.#context, strokes, FINE);
    const { data } = this.#context.getImageData(0, 0, FINE, FINE);
    const ink = Uint8Array.from({ length: FINE * FINE }, (_, i) => data[i * 4 + 3]!);
    return normaliseDigit(ink, FINE, FINE);
  }
}

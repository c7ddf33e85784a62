import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { toMatrix } from "../core/to-matrix.js";
import { described, FONT_FAMILY } from "./chart.js";
import { dataUri } from "./data-uri.js";
import { escaped } from "./markup.js";
import { png } from "./png.js";
import { readScoredRows, type ScoredRows, topLabels } from "./scored-rows.js";
import { INK, printable, RULE, SOFT_INK, shortened } from "./theme.js";

/** Rows, columns and, of colours, 3 channels: a row of X is an image, row of pixels by row. */
export type ImageShape = readonly [rows: number, columns: number, channels?: 1 | 3];

export interface WorstMistakesPictureOptions extends ScoredRows {
  /** Images, one a row. */
  readonly X: MatrixLike;
  readonly shape: ImageShape;
  /** How many images at most, an integer from 1 to 64. Default 16. */
  readonly most?: number;
  /** Large values are ink on paper, and drawn dark. Default false: large values are light. */
  readonly ink?: boolean;
  /** Default "Worst mistakes". */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: how many rows are wrong. */
  readonly subtitle?: string;
}

/** A row whose predicted class is not its own. */
interface Mistake {
  readonly row: number;
  readonly truth: string;
  readonly predicted: string;
  readonly probability: number;
}

const COLUMNS = 4;
const IMAGE = 104;
const CELL = { width: 152, height: 172 };
const MARGIN = 16;
/** Of labels, in characters. */
const LONGEST_LABEL = 11;
/** Pixels with edges in browsers; resvg, which reads no such rule, takes the word of SVG 1.1. */
const SHARP = "@media all{image{image-rendering:pixelated}}";
/** Of one image. */
const MOST_VALUES = 65_536;

/**
 * Draws the images about which a classifier was wrong and most sure, the surest first, each with its true label, the
 * predicted one and the probability of that. The darkest and the lightest values are those among the images shown. SVG text,
 * the same for the same input.
 *
 * @param options `yScore` are probabilities
 * @throws InvalidDataError for images or probabilities that do not fit, or images of more than 65,536 values
 */
export async function worstMistakesPicture(options: WorstMistakesPictureOptions): Promise<string> {
  const { shape, most = 16, ink = false, title = "Worst mistakes" } = options;
  if (!(Number.isInteger(most) && most >= 1 && most <= 64)) {
    throw new InvalidParameterError(
      `most of worstMistakesPicture must be an integer from 1 to 64; got ${most}`,
      "most",
    );
  }
  const X = await toMatrix(options.X);
  checkImages(X, shape, options.yTrue.length);
  const mistakes = mistakesOf(options);
  const shown = mistakes.slice(0, most);
  const count = mistakes.length === 0 ? "none" : mistakes.length.toLocaleString("en");
  const subtitle = options.subtitle ?? `${count} of ${X.rows.toLocaleString("en")} rows wrong`;

  const [width, height] = [2 * MARGIN + COLUMNS * CELL.width, 76 + Math.ceil(shown.length / COLUMNS) * CELL.height + 8];
  const images = pixelsOf(X, shown, shape, ink);
  const cells = shown.map((mistake, i) => cell(mistake, images[i]!, shape, i));
  const heading = [
    text(title, width / 2, 26, `font-size="17" font-weight="bold" fill="${INK}"`),
    text(subtitle, width / 2, 50, `font-size="13" fill="${SOFT_INK}"`),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT_FAMILY}" text-anchor="middle">`;
  const paper = `<style>${SHARP}</style><rect width="${width}" height="${height}" fill="#fff"/>`;
  const description = [subtitle, ...shown.map(sentence)].join("; ");
  return described(`${open}${paper}${heading.join("")}${cells.join("")}</svg>`, title, description);
}

/** The surest first; of equals the first. */
function mistakesOf(options: ScoredRows): Mistake[] {
  const owner = "worstMistakesPicture";
  const table = readScoredRows(options, owner);
  const { codes, probabilities } = topLabels(table, owner);
  const name = (code: number) => printable(String(table.classes[code]));
  return Array.from(codes, (code, row): Mistake => {
    return { row, truth: name(table.codes[row]!), predicted: name(code), probability: probabilities[row]! };
  })
    .filter(({ row }) => codes[row] !== table.codes[row])
    .sort((a, b) => b.probability - a.probability || a.row - b.row);
}

function sentence({ row, truth, predicted, probability }: Mistake): string {
  return `row ${row}: ${truth}, taken for ${predicted} (${probability.toFixed(2)})`;
}

/** The bytes of the images, of one lightness for all. */
function pixelsOf(X: Matrix, shown: readonly Mistake[], [, , channels = 1]: ImageShape, ink: boolean): Uint8Array[] {
  const images = shown.map(({ row }) => Float64Array.from({ length: X.cols }, (_, col) => X.at(row, col)));
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const image of images) {
    for (const value of image) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const span = high > low ? high - low : 1;
  const isDark = ink && channels === 1;
  return images.map((image) =>
    Uint8Array.from(image, (value) => {
      const light = Math.round((255 * (value - low)) / span);
      return isDark ? 255 - light : light;
    }),
  );
}

function cell(mistake: Mistake, bytes: Uint8Array, [rows, columns, channels = 1]: ImageShape, i: number): string {
  const [left, top] = [MARGIN + (i % COLUMNS) * CELL.width, 68 + Math.floor(i / COLUMNS) * CELL.height];
  const scale = IMAGE / Math.max(rows, columns);
  const [width, height] = [columns * scale, rows * scale];
  const [x, y] = [left + (CELL.width - width) / 2, top + IMAGE - height];
  const place = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  const source = dataUri("image/png", png({ rows, columns, channels, bytes }));
  const middle = left + CELL.width / 2;
  const label = (name: string) => shortened(name, LONGEST_LABEL);
  return [
    `<image ${place} href="${source}" preserveAspectRatio="none" image-rendering="optimizeSpeed"/>`,
    `<rect ${place} fill="none" stroke="${RULE}"/>`,
    text(`true: ${label(mistake.truth)}`, middle, top + IMAGE + 20, `font-size="13" fill="${INK}"`),
    text(
      `said: ${label(mistake.predicted)} (${mistake.probability.toFixed(2)})`,
      middle,
      top + IMAGE + 38,
      `font-size="13" fill="${INK}"`,
    ),
  ].join("");
}

function text(content: string, x: number, y: number, look: string): string {
  return `<text x="${x}" y="${y}" ${look}>${escaped(printable(content))}</text>`;
}

function checkImages({ rows, cols }: Matrix, [height, width, channels = 1]: ImageShape, expected: number): void {
  const owner = "worstMistakesPicture";
  const counts = [height, width, channels];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 1) || (channels !== 1 && channels !== 3)) {
    throw new InvalidDataError(
      `shape of ${owner} must be rows, columns and 1 or 3 channels; got ${counts.join(" x ")}`,
    );
  }
  if (height * width * channels !== cols) {
    throw new InvalidDataError(
      `shape of ${owner} must have as many values as X has columns (${cols}); got ${counts.join(" x ")}`,
    );
  }
  if (cols > MOST_VALUES) {
    throw new InvalidDataError(`images of ${owner} can have ${MOST_VALUES} values at most; got ${cols}`);
  }
  if (rows !== expected) {
    throw new InvalidDataError(`X and yTrue of ${owner} must have as many rows; got ${rows} and ${expected}`);
  }
}

import { InvalidDataError, InvalidParameterError, TrellisError } from "../core/errors.js";
import { optional } from "../core/missing-package.js";

/** Of `toPng`. */
export interface ToPngOptions {
  /** Pixels of the PNG for each pixel of the SVG, > 0. Default 2: sharp on today's screens. */
  readonly scale?: number;
  /** Paths of TrueType or OpenType fonts, for machines that have none. Default: the fonts of the system. */
  readonly fontFiles?: readonly string[];
}

/** The machine has no font, so text would be missing from the picture. */
export class MissingFontError extends TrellisError {
  constructor() {
    super(
      "toPng found no font on this machine; install one (Debian: apt install fonts-dejavu-core) or give fontFiles",
      "MISSING_FONT",
    );
  }
}

const PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">a</text></svg>';

/**
 * Turns SVG text into the bytes of a PNG file, in Node. Containers often have no font: rather than a picture without
 * text it then throws.
 *
 * @throws MissingPackageError if @resvg/resvg-js is not installed; MissingFontError; InvalidDataError if it is no SVG;
 * InvalidParameterError for a scale that is not > 0
 */
export async function toPng(svg: string, options: ToPngOptions = {}): Promise<Uint8Array> {
  const { scale = 2, fontFiles = [] } = options;
  if (!(Number.isFinite(scale) && scale > 0)) {
    throw new InvalidParameterError(`scale of toPng must be a finite number > 0; got ${scale}`, "scale");
  }
  const { Resvg } = await optional(import("@resvg/resvg-js"), "@resvg/resvg-js", "turning a picture into PNG");
  const font = { loadSystemFonts: fontFiles.length === 0, fontFiles: [...fontFiles] };
  if (svg.includes("<text") && new Resvg(PROBE, { font }).getBBox() === undefined) throw new MissingFontError();
  try {
    return new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale } }).render().asPng();
  } catch (error) {
    throw new InvalidDataError(`toPng was not given a valid SVG: ${error instanceof Error ? error.message : error}`);
  }
}

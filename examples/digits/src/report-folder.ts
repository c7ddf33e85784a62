import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnyEstimator } from "trellis-learn";
import { saveModel } from "trellis-learn/node";
import { MissingFontError, toPng } from "trellis-learn/report";

/** The folder that everything is left in. */
export class ReportFolder {
  readonly path: string;
  /** What could not be written, in sentences. */
  readonly notes = new Set<string>();

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder, in one that exists; one that is there already is used again. */
  async create(): Promise<void> {
    try {
      await mkdir(this.path);
    } catch (error) {
      if ((await stat(this.path).catch(() => null))?.isDirectory()) return;
      throw new Error(`the folder ${this.path} cannot be made (${error instanceof Error ? error.message : error})`);
    }
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.path, name), content);
  }

  async writeModel(name: string, model: AnyEstimator): Promise<void> {
    await saveModel(join(this.path, `${name}.trellis`), model);
  }

  /**
   * Leaves a picture as SVG and, where the machine has a font to draw text with, as PNG.
   * @returns the name of the file to show
   */
  async writePicture(name: string, svg: string): Promise<string> {
    await this.write(`${name}.svg`, svg);
    try {
      await this.write(`${name}.png`, await toPng(svg));
      return `${name}.png`;
    } catch (error) {
      if (!(error instanceof MissingFontError)) throw error;
      this.notes.add(`The pictures are there as SVG only: ${error.message}.`);
      return `${name}.svg`;
    }
  }
}

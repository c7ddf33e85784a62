import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnyEstimator, Label } from "trellis-learn";
import { saveModel } from "trellis-learn/node";
import { confusionMatrixPicture, MissingFontError, toPng } from "trellis-learn/report";
import type { Scores } from "./scores.js";

/** Contents of files by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

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
   * Leaves the confusion matrix as SVG and, where the machine has a font to draw text with, as PNG.
   * @returns the files that it left
   */
  async writePicture(name: string, title: string, scores: Scores, labels: readonly Label[]): Promise<Files> {
    const rows = scores.confusion.flat().reduce((sum, count) => sum + count, 0);
    const subtitle = `accuracy ${scores.accuracy.toFixed(4)} on ${rows.toLocaleString("en")} test images`;
    const svg = await confusionMatrixPicture({ matrix: scores.confusion, labels, title, subtitle });
    const files: Record<string, string | Uint8Array> = { [`${name}-confusion.svg`]: svg };
    try {
      files[`${name}-confusion.png`] = await toPng(svg);
    } catch (error) {
      if (!(error instanceof MissingFontError)) throw error;
      this.notes.add(`The pictures are there as SVG only: ${error.message}.`);
    }
    for (const [file, content] of Object.entries(files)) await this.write(file, content);
    return files;
  }
}

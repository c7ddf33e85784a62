import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnyEstimator } from "trellis-learn";
import { saveModel } from "trellis-learn/node";
import { MissingFontError, toPng } from "trellis-learn/report";

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
    await saveModel(this.modelPath(name), model);
  }

  modelPath(name: string): string {
    return join(this.path, `${name}.trellis`);
  }

  /**
   * Leaves a picture as SVG and, where the machine has a font to draw text with, as PNG.
   * @returns the files that it left; the last one is the one to show
   */
  async writePicture(name: string, svg: string): Promise<Files> {
    const files: Record<string, string | Uint8Array> = { [`${name}.svg`]: svg };
    try {
      files[`${name}.png`] = await toPng(svg);
    } catch (error) {
      if (!(error instanceof MissingFontError)) throw error;
      this.notes.add(`The pictures are there as SVG only: ${error.message}.`);
    }
    for (const [file, content] of Object.entries(files)) await this.write(file, content);
    return files;
  }
}

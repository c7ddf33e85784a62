import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadModel, saveModel } from "../../src/node.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { NearestMean, trainingLabels, trainingRows } from "./toys.js";

const known = "00000000-0000-4000-8000-000000000000";
let isPredictable = false;
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  return { ...crypto, randomUUID: () => (isPredictable ? known : crypto.randomUUID()) };
});

let folder: string;
let path: string;
const fitted = () => new NearestMean().fit(trainingRows, trainingLabels);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trellis-"));
  path = join(folder, "model.trellis");
});

afterEach(() => {
  isPredictable = false;
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

test("A model saved to a file comes back, and nothing else is left in the folder", async () => {
  const model = await fitted();
  await saveModel(path, model);
  const loaded: NearestMean = await loadModel(path, NearestMean);
  expect(loaded.state).toEqual(model.state);
  expect((await loadModel(path, { classes: [NearestMean] })).toString()).toBe(model.toString());
  expect(readFileSync(path)).toEqual(Buffer.from(await toBytes(model)));
  expect(readdirSync(folder)).toEqual(["model.trellis"]);
});

test("Saving again replaces the file, also while it is being read and by several writers at once", async () => {
  await saveModel(path, new NearestMean());
  const models = [1, 2, 3, 4, 5, 6].map((power) => new NearestMean({ power }));
  const readings = Promise.all(models.map(() => loadModel(path, NearestMean)));
  await Promise.all(models.map((model) => saveModel(path, model)));
  expect((await readings).every((model) => Number.isInteger(model.params.power))).toBe(true);
  expect((await loadModel(path, NearestMean)).params.power).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(["model.trellis"]);
});

test("The file is its owner's alone, whatever the umask", async () => {
  const old = process.umask(0);
  try {
    await saveModel(path, new NearestMean());
  } finally {
    process.umask(old);
  }
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("A link planted where the new file is to be written is not followed", async () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious");
  symlinkSync(victim, join(folder, `.trellis.tmp-${known}`));
  isPredictable = true;
  await expect(saveModel(path, new NearestMean())).rejects.toMatchObject({ code: "FILE_FAILED" });
  expect(readFileSync(victim, "utf8")).toBe("precious");
  isPredictable = false;
  await saveModel(path, new NearestMean());
  expect(readFileSync(victim, "utf8")).toBe("precious");
});

test("A link in place of the model is replaced, and what it led to is left alone", async () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious");
  symlinkSync(victim, path);
  await saveModel(path, new NearestMean());
  expect(readFileSync(victim, "utf8")).toBe("precious");
  expect((await loadModel(path, NearestMean)).params.power).toBe(2);
});

test("A save that fails says where and leaves nothing behind", async () => {
  mkdirSync(join(path, "in the way"), { recursive: true });
  await expect(saveModel(path, new NearestMean())).rejects.toThrow(`the model could not be written to ${path}`);
  expect(readdirSync(folder)).toEqual(["model.trellis"]);
  const nowhere = join(folder, "missing", "model.trellis");
  await expect(saveModel(nowhere, new NearestMean())).rejects.toThrow(
    `the model could not be written to ${nowhere}: there is no such file or folder`,
  );
});

test("A model that cannot be stored leaves the old file as it was", async () => {
  await saveModel(path, new NearestMean());
  const before = readFileSync(path);
  await expect(saveModel(path, new NearestMean({ power: 0 }))).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
  expect(readFileSync(path)).toEqual(before);
});

test("What cannot be read is refused with its path", async () => {
  await expect(loadModel(path)).rejects.toThrow(`could not be read from ${path}: there is no such file`);
  await expect(loadModel(folder)).rejects.toMatchObject({ code: "FILE_FAILED", path: folder });
  writeFileSync(path, "\x80\x04pickle", "latin1");
  await expect(loadModel(path)).rejects.toThrow(
    `${path}: these 8 bytes are no Trellis model; they look like a Python pickle`,
  );
  await saveModel(path, await fitted());
  await expect(loadModel(path)).rejects.toMatchObject({ code: "UNKNOWN_MODEL_TYPE" });
  await expect(loadModel(path)).rejects.toThrow(path);
  await expect(loadModel(path, NearestMean, { maxBytes: 100 })).rejects.toThrow("more than the 100 of maxBytes");
});

test("A named pipe is refused instead of waited for", async () => {
  execFileSync("mkfifo", [path]);
  await expect(loadModel(path)).rejects.toThrow("is no regular file");
});

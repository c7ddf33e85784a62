// npm run test:hostile: models damaged in every way, a few minutes; with --short, as in `npm test`, in fewer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBytes, Matrix, RandomForestClassifier, Rng, StandardScaler, toBytes } from "trellis-learn";
import { makeClassification } from "trellis-learn/datasets";
import { headerOf, mutated, refused, refusedOrSound, seal, withHeader } from "./damage.mjs";

const isShort = process.argv.includes("--short");
const rng = new Rng(isShort ? 1 : 2);
const fixtures = new URL("fixtures/format-1/", import.meta.url);
const read = (file) => new Uint8Array(readFileSync(new URL(file, fixtures)));
const models = readdirSync(fixtures)
  .filter((file) => file.endsWith(".trellis"))
  .map((file) => {
    const { asked } = JSON.parse(new TextDecoder().decode(read(file.replace(".trellis", ".json"))));
    return { file, bytes: read(file), header: headerOf(read(file)), asked };
  });

const ends = { loaded: 0, refused: 0 };
for (let i = 0; i < (isShort ? 300 : 10_000); i++) {
  const { file, bytes, header, asked } = models[i % models.length];
  const changed = mutated(header, rng);
  try {
    ends[await refusedOrSound(withHeader(bytes, changed), asked)]++;
  } catch (error) {
    throw new Error(`${file} with the header ${JSON.stringify(changed)}`, { cause: error });
  }
}
console.log(`${ends.loaded + ends.refused} changed headers: ${ends.refused} refused, ${ends.loaded} sound`);
assert.ok(ends.loaded > 0 && ends.refused > 0);

for (const name of ["RandomForestClassifier-out-of-bag", "SVC-with-probabilities", "KerasStyleClassifier"]) {
  const bytes = read(`${name}.trellis`);
  const step = isShort ? 29 : 1;
  for (let i = 0; i < bytes.length; i += step) {
    bytes[i] ^= 1 << (i % 8);
    await refused(() => fromBytes(bytes), `${name} with byte ${i} changed`);
    bytes[i] ^= 1 << (i % 8);
  }
  for (let i = 0; i < bytes.length; i += 64 * step)
    await refused(() => fromBytes(bytes.subarray(0, i)), `${name} cut at ${i}`);
  await fromBytes(bytes);
  console.log(`${name}, ${bytes.length} bytes: every change and every cut refused`);
}

/** As many trees, rows and features as the forest of MNIST has. */
async function forestLikeMnist() {
  const [rows, trees] = isShort ? [300, 10] : [6000, 100];
  const { X, y } = makeClassification({
    ...{ nSamples: rows, nFeatures: 784, nInformative: 40, nRedundant: 40, nClasses: 10, randomState: 0 },
  });
  const pixels = Uint8Array.from(X.data, (value) => Math.max(0, Math.min(255, 128 + 40 * value)));
  return toBytes(
    await new RandomForestClassifier({ nEstimators: trees, randomState: 0 }).fit(new Matrix(pixels, rows, 784), y),
  );
}

const forest = await forestLikeMnist();
for (let i = 0; i < (isShort ? 100 : 2000); i++) {
  const at = rng.integer(forest.length);
  const bit = 1 << rng.integer(8);
  forest[at] ^= bit;
  await refused(() => fromBytes(forest), `the forest with byte ${at} changed`);
  forest[at] ^= bit;
}
console.log(`a forest of ${forest.length} bytes: every change refused`);

/** The most memory, in bytes, that a process of its own needed for the program; only Linux tells. */
function peakOf(program, file) {
  const script = `import { loadModel } from "trellis-learn/node"; import { readFileSync } from "node:fs";
    const file = ${JSON.stringify(file)}; ${program};
    console.log(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
  const cwd = new URL("../..", import.meta.url);
  const flags = ["--input-type=module", "--eval", script];
  return 1024 * Number(execFileSync(process.execPath, flags, { cwd, encoding: "utf8" }));
}

assert.ok(existsSync("/proc/self/status"), "peaks of memory can be read on Linux only");
const folder = mkdtempSync(join(tmpdir(), "trellis-hostile-"));
try {
  const cols = isShort ? 1_000_000 : 4_000_000;
  const wide = new Matrix(
    Float64Array.from({ length: 2 * cols }, () => rng.next()),
    2,
    cols,
  );
  const large = await toBytes(await new StandardScaler().fit(wide));
  const header = headerOf(large);
  const text = JSON.stringify(header);
  const lengths = ["9007199254740992", "9007199254740991", "-1", '{"number":"NaN"}', "1e+308", String(2 * cols)];
  const lies = lengths.map((length) =>
    withHeader(large, JSON.parse(text.replace(`["f64",${cols}]`, `["f64",${length}]`))),
  );
  const flipped = large.slice();
  flipped[large.length >> 1] ^= 1;
  const longer = new Uint8Array(large.length + 8);
  longer.set(large);
  const whole = join(folder, "whole.trellis");
  writeFileSync(whole, large);
  const idle = peakOf("", whole);
  const reading = peakOf("readFileSync(file)", whole) - idle;
  for (const [i, bytes] of [flipped, seal(longer), ...lies].entries()) {
    const file = join(folder, `${i}.trellis`);
    writeFileSync(file, bytes);
    const peak = peakOf("await loadModel(file).then(() => { throw new Error('loaded') }, () => {})", file) - idle;
    const share = (peak / bytes.length).toFixed(2);
    console.log(
      `damage ${i} of ${bytes.length} bytes: ${share} of the file in memory, reading it alone ${(reading / large.length).toFixed(2)}`,
    );
    assert.ok(peak < 2 * bytes.length + 2 ** 22, `refusing damage ${i} took ${share} times the file`);
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log("nothing damaged was loaded, nothing changed was unsound");

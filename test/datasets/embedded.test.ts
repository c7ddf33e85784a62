import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeHuffman } from "../../src/datasets/huffman.js";
import { type Dataset, loadDigits, loadIris } from "../../src/datasets.js";

interface Facts {
  readonly rows: number;
  readonly cols: number;
  readonly sumOfColumns: readonly number[];
  readonly dataSha256: string;
  readonly targetSha256: string;
  readonly featureNames: readonly string[];
  readonly targetNames: readonly string[];
  readonly firstRow: readonly number[];
  readonly lastRow: readonly number[];
}

const golden: Readonly<Record<"digits" | "iris", Facts>> = JSON.parse(
  readFileSync(new URL("../golden/datasets.json", import.meta.url), "utf8"),
);

const sha256 = (values: Float64Array | Uint8Array) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

function factsOf({ X, y, featureNames, targetNames }: Dataset): Facts {
  const rows = X.toArrays();
  const sum = (j: number) => rows.reduce((total, row) => total + row[j]!, 0);
  return {
    rows: X.rows,
    cols: X.cols,
    sumOfColumns: Array.from({ length: X.cols }, (_, j) => Math.round(sum(j) * 1e6) / 1e6),
    dataSha256: sha256(X.toFloat64()),
    targetSha256: sha256(y),
    featureNames,
    targetNames,
    firstRow: rows[0]!,
    lastRow: rows.at(-1)!,
  };
}

describe("loadDigits", () => {
  it("is scikit-learn's load_digits, byte for byte.", () => {
    expect(factsOf(loadDigits())).toEqual(golden.digits);
  });

  it("keeps pixels as bytes of 8 x 8 images.", () => {
    const { X, imageShape } = loadDigits();
    expect(X.data).toBeInstanceOf(Uint8Array);
    expect(imageShape).toEqual([8, 8]);
  });

  it("gives new arrays at each call.", () => {
    loadDigits().X.data.fill(9);
    loadDigits().y.fill(9);
    expect(factsOf(loadDigits()).dataSha256).toBe(golden.digits.dataSha256);
    expect(factsOf(loadDigits()).targetSha256).toBe(golden.digits.targetSha256);
  });
});

describe("loadIris", () => {
  it("is scikit-learn's load_iris, bit for bit.", () => {
    expect(factsOf(loadIris())).toEqual(golden.iris);
  });
});

describe("decodeHuffman", () => {
  it("decodes the example of RFC 1951: lengths 2, 1, 3, 3 are the codes 10, 0, 110 and 111.", () => {
    // A B C D D B A = 10 0 110 111 111 0 10, and six bits of padding
    const packed = Uint8Array.of(0b1001_1011, 0b1111_0100);
    expect([...decodeHuffman([2, 1, 3, 3], packed, 7)]).toEqual([0, 1, 2, 3, 3, 1, 0]);
  });
});

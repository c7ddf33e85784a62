import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { confusionMatrixPicture } from "../../src/report.js";
import { textsOf } from "./svg-texts.js";

const matrix = [
  [41, 3, 0],
  [2, 57, 1],
  [0, 5, 38],
];

describe("confusionMatrixPicture", () => {
  it("draws well-formed SVG with the title, both axes, every label twice and every count", async () => {
    const svg = await confusionMatrixPicture({
      matrix,
      labels: ["cat", "dog", "owl"],
      title: "Pets",
      subtitle: "147 rows",
    });
    expect(svg.startsWith("<svg ")).toBe(true);
    const texts = textsOf(svg);
    for (const once of ["Pets", "147 rows", "True label", "Predicted label", "41", "3", "2", "1", "5", "38"]) {
      expect(texts.filter((text) => text === once)).toEqual([once]);
    }
    for (const twice of ["cat", "dog", "owl", "57"]) expect(texts.filter((text) => text === twice)).toHaveLength(2);
    expect(texts.filter((text) => text === "0")).toHaveLength(3);
  });

  it("puts true labels in rows from the top and predicted ones in columns from the left", async () => {
    const svg = await confusionMatrixPicture({
      matrix: [
        [11, 12],
        [21, 22],
      ],
      labels: ["a", "b"],
    });
    const place = (text: string) => {
      const [, x, y] = new RegExp(`translate\\(([\\d.]+) ([\\d.]+)\\)"[^>]*>${text}<`).exec(svg)!;
      return { x: Number(x), y: Number(y) };
    };
    expect(place("12").y).toBe(place("11").y);
    expect(place("12").x).toBeGreaterThan(place("11").x);
    expect(place("21").x).toBe(place("11").x);
    expect(place("21").y).toBeGreaterThan(place("11").y);
  });

  it("escapes labels and titles that hold markup, and drops characters that XML forbids", async () => {
    const hostile = '</text><script>alert("1")</script>';
    const svg = await confusionMatrixPicture({
      matrix: [
        [1, 2],
        [3, 4],
      ],
      labels: ["a&b", "c\u0000\ud800d"],
      title: hostile,
    });
    expect(svg).not.toContain("<script");
    const texts = textsOf(svg);
    expect(texts).toContain(hostile);
    expect(texts).toContain("a&b");
    expect(texts).toContain("c d");
  });

  it("gives the same text for the same input, and leaves a title that looks like an id alone", async () => {
    const options = { matrix, title: ' id="zr0-c0" url(#zr0-c0) class="zr0-cls-0"' };
    const first = await confusionMatrixPicture(options);
    expect(await confusionMatrixPicture(options)).toBe(first);
    expect(textsOf(first).map((text) => text.trim())).toContain(options.title.trim());
    const used = [...first.matchAll(/="url\(#([^)]+)\)/g)].map(([, id]) => id!);
    for (const id of used) expect(first).toContain(` id="${id}"`);
  });

  it("writes shares with two places, and draws a matrix of zeros", async () => {
    expect(
      textsOf(
        await confusionMatrixPicture({
          matrix: [
            [0.5, 0.125],
            [0, 1],
          ],
        }),
      ),
    ).toContain("0.13");
    expect(textsOf(await confusionMatrixPicture({ matrix: [[0]], labels: [true] }))).toContain("true");
  });

  it.each([
    [{ matrix: [] }, "must have a row"],
    [{ matrix: [[1, 2]] }, "must be square (1 x 1); got 2 columns in row 0"],
    [{ matrix: [[1, 2], [3]] }, "got 1 columns in row 1"],
    [{ matrix: [[-1]] }, "finite numbers >= 0; got -1 in row 0, column 0"],
    [{ matrix: [[Number.NaN]] }, "got NaN in row 0, column 0"],
    [{ matrix, labels: ["a"] }, "as many as the matrix has rows (3); got 1"],
  ])("refuses %j", async (options, message) => {
    const failure = await confusionMatrixPicture(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidDataError);
    expect(String(failure)).toContain(message);
  });
});

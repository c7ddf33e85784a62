import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { rocAucScore } from "../../src/metrics/index.js";
import { type Curve, curvesOf } from "../../src/report/curves.js";
import { oneAgainstRest } from "../../src/report/one-against-rest.js";
import { precisionRecallCurvePicture, reliabilityDiagramPicture, rocCurvePicture } from "../../src/report.js";
import { textsOf } from "./svg-texts.js";

const pictures = { rocCurvePicture, precisionRecallCurvePicture, reliabilityDiagramPicture };
const yTrue = ["cat", "dog", "owl", "cat", "dog", "owl", "cat"];
/** Right but for the last row. */
const yScore = [
  [0.7, 0.2, 0.1],
  [0.1, 0.8, 0.1],
  [0.2, 0.2, 0.6],
  [0.9, 0.1, 0],
  [0.3, 0.6, 0.1],
  [0.1, 0.3, 0.6],
  [0.2, 0.5, 0.3],
];

describe.each(Object.entries(pictures))("%s", (name, picture) => {
  it("draws well-formed SVG with a name and a description, the same for the same rows.", async () => {
    const options = { yTrue, yScore, title: "Pets & <others>" };
    const svg = await picture(options);
    expect(textsOf(svg)).toContain("Pets & <others>");
    expect(svg).toMatch(/^<svg [^>]*role="img"><title>Pets &amp; &lt;others&gt;<\/title><desc>[^<]+<\/desc>/);
    expect(await picture(options)).toBe(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it.each([
    ["scores that are all the same", [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]],
    ["perfect scores", [false, true], [0, 1]],
    ["two columns", ["a", "b", "b"], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]], // biome-ignore format: a table
  ] as const)("draws two classes with %s.", async (_, truth, scores) => {
    const svg = await picture({ yTrue: truth, yScore: scores });
    textsOf(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("refuses columns that are not one a class, and scores that are no numbers.", async () => {
    const few = await picture({ yTrue, yScore: yScore.map((row) => row.slice(0, 2)) }).catch((error: unknown) => error);
    expect(few).toBeInstanceOf(InvalidDataError);
    expect(String(few)).toContain(`yScore of ${name} must have a column for each of the 3 classes; got 2`);
    await expect(picture({ yTrue: [0, 1], yScore: [0, Number.NaN] })).rejects.toThrow(InvalidDataError);
  });
});

describe.each(Object.entries({ rocCurvePicture, precisionRecallCurvePicture }))("%s", (_, picture) => {
  it("has a curve for each class and both averages, with the areas below them.", async () => {
    const area = picture === rocCurvePicture ? "AUC" : "AP";
    const texts = textsOf(await picture({ yTrue, yScore }));
    for (const name of ["cat", "dog", "owl", "micro average", "macro average"]) {
      expect(texts.filter((text) => text.startsWith(`${name} (${area} `))).toHaveLength(1);
    }
    expect(texts).toContain("by chance");
  });

  it("says which class has no row and so no curve.", async () => {
    const rows = [0, 1, 3, 4, 6];
    const some = {
      yTrue: rows.map((i) => yTrue[i]!),
      yScore: rows.map((i) => yScore[i]!),
      labels: ["cat", "dog", "owl"],
    };
    const texts = textsOf(await picture(some));
    expect(texts.some((text) => text.endsWith("on average over 2 classes · no curve for owl"))).toBe(true);
    expect(texts.some((text) => text.startsWith("owl"))).toBe(false);
  });

  it("shortens long names, and names a crowd of classes as one.", async () => {
    const long = "a name that is longer than any legend has room for";
    const renamed = yTrue.map((label) => (label === "cat" ? long : label));
    const labels = [long, "dog", "owl"];
    expect(
      textsOf(await picture({ yTrue: renamed, yScore, labels })).some((text) =>
        text.startsWith("a name that is long… ("),
      ),
    ).toBe(true);
    const many = Array.from({ length: 40 }, (_, row) => row % 20);
    const scores = many.map((own, row) =>
      many.slice(0, 20).map((code) => (code === own ? 0.6 : ((row * code) % 7) / 10)),
    );
    const texts = textsOf(await picture({ yTrue: many, yScore: scores }));
    expect(texts.filter((text) => text === "each of 20 classes")).toHaveLength(1);
    expect(texts.length).toBeLessThan(30);
  });

  it("refuses rows of one class.", async () => {
    await expect(
      picture({
        yTrue: [1, 1],
        yScore: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        labels: [0, 1],
      }),
    ).rejects.toThrow(
      // biome-ignore format: one row
      "must have rows of at least two classes",
    );
  });
});

describe("rocCurvePicture", () => {
  it("has the area of rocAucScore on average, and for the macro average.", async () => {
    const texts = textsOf(await rocCurvePicture({ yTrue, yScore }));
    const area = rocAucScore(yTrue, yScore, { multiClass: "ovr" });
    expect(texts).toContain(`AUC ${Number(area.toPrecision(4))} on average over 3 classes`);
    expect(texts).toContain(`macro average (AUC ${area.toFixed(3)})`);
  });
});

describe("curvesOf", () => {
  it("keeps the number of points small however many rows there are, and both ends.", () => {
    const rows = fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 2,
      maxLength: 3000,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const question = oneAgainstRest(
          { yTrue: [false, true, ...pairs.map(([y]) => y)], yScore: [0.5, 0.5, ...pairs.map(([, s]) => s)] },
          "test",
        );
        const points = Array.from({ length: pairs.length }, (_, i) => [i / (pairs.length - 1), 0.5] as const);
        const curveOf = ({ name, truth, score }: (typeof question.rankings)[number]): Curve => {
          return { name, points, area: rocAucScore(truth, score) };
        };
        const [only] = curvesOf(question, curveOf, () => 0).classes;
        expect(only!.points.length).toBeLessThanOrEqual(1001);
        expect([only!.points[0], only!.points.at(-1)]).toEqual([points[0], points.at(-1)]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("reliabilityDiagramPicture", () => {
  it("says how far probabilities are off, bin by bin, weighted by rows.", async () => {
    const options = { yTrue: [0, 0, 0, 1], yScore: [0.2, 0.2, 0.2, 0.2], nBins: 5 };
    expect(textsOf(await reliabilityDiagramPicture(options))).toContain("expected calibration error 0.05");
    const sure = { yTrue: [0, 1], yScore: [0, 1] };
    expect(textsOf(await reliabilityDiagramPicture(sure))).toContain("expected calibration error 0");
  });

  it("asks of more than two classes how often the predicted one is right.", async () => {
    const texts = textsOf(await reliabilityDiagramPicture({ yTrue, yScore }));
    expect(texts).toContain("Predicted probability of the predicted class");
    expect(textsOf(await reliabilityDiagramPicture({ yTrue: ["a", "b"], yScore: [0.1, 0.7] }))).toContain(
      "Predicted probability of b",
    );
  });

  it("refuses what is no probability.", async () => {
    await expect(reliabilityDiagramPicture({ yTrue: [0, 1], yScore: [0.5, 1.5] })).rejects.toThrow(
      "yScore of reliabilityDiagramPicture must be probabilities in [0, 1]; got 1.5 in row 1",
    );
  });
});

import { describe, expect, test } from "vitest";
import type { Label } from "../../src/core/labels.js";
import type { MatrixLike } from "../../src/core/matrix.js";
import { LabelEncoder } from "../../src/preprocessing/label-encoder.js";
import { OneHotEncoder } from "../../src/preprocessing/one-hot-encoder.js";
import { goldens } from "./goldens.js";

/** Tables of labels are typed as rows of numbers at the door. */
const table = (rows: readonly (readonly Label[])[]) => rows as unknown as MatrixLike;

describe("OneHotEncoder", () => {
  for (const golden of goldens.onehot) {
    test(`It encodes ${golden.on} as scikit-learn does with drop ${golden.drop}.`, async () => {
      const X = table(goldens[golden.on]);
      const encoder = await new OneHotEncoder({ drop: golden.drop }).fit(X);
      expect(encoder.categories).toEqual(golden.categories);
      // Python writes the whole floats as "1.0".
      expect(encoder.getFeatureNamesOut()).toEqual(golden.names.map((name) => name.replace(/\.0$/, "")));
      const encoded = await encoder.transform(X);
      expect(encoded.toArrays()).toEqual(golden.transform);
      expect(await encoder.inverseTransform(encoded)).toEqual(golden.inverse);
    });
  }

  for (const golden of goldens.onehot.filter(({ ignored }) => ignored !== undefined)) {
    test(`It ignores unknown ${golden.on} as scikit-learn does, and refuses them by row and column otherwise.`, async () => {
      const X = table(goldens[golden.on]);
      const unseen = table(golden.on === "words" ? goldens.unseenWords : goldens.unseenNumbers);
      const encoder = await new OneHotEncoder({ handleUnknown: "ignore" }).fit(X);
      const encoded = await encoder.transform(unseen);
      expect(encoded.toArrays()).toEqual(golden.ignored);
      expect(await encoder.inverseTransform(encoded)).toEqual(golden.ignoredInverse);
      const strict = await new OneHotEncoder().fit(X);
      await expect(strict.transform(unseen)).rejects.toThrow(/X has the unknown category ("XL"|7) at row 0, column 1;/);
      await expect(strict.inverseTransform(encoded)).rejects.toThrow("is 0 in all columns of feature 1");
    });
  }

  test("Given categories keep their order, and those that no row has get a column too.", async () => {
    const categories = [["L", "M", "S"]];
    const encoder = await new OneHotEncoder({ categories }).fit(table([["S"], ["L"]]));
    expect(encoder.getFeatureNamesOut(["size"])).toEqual(["size_L", "size_M", "size_S"]);
    expect((await encoder.transform(table([["M"], ["S"]]))).toArrays()).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
    await expect(encoder.clone().fit(table([["L"], ["XS"]]))).rejects.toThrow(
      'X has the unknown category "XS" at row 1, column 0; OneHotEncoder knows "L", "M", "S" there',
    );
    await expect(encoder.clone().fit(table([["L", "M"]]))).rejects.toThrow(
      "categories of OneHotEncoder must be one array for each of the 2 columns of X; got 1",
    );
  });

  test("A column may hold numbers and another one booleans, but no column both.", async () => {
    const encoder = await new OneHotEncoder().fit(table([[1, true], [2, false]])); // biome-ignore format: rows
    expect(encoder.categories).toEqual([[1, 2], [false, true]]); // biome-ignore format: rows
    await expect(new OneHotEncoder().fit(table([[1], ["one"]]))).rejects.toThrow(
      "column 0 of X must hold labels of one kind; got a number and a string",
    );
  });
});

describe("LabelEncoder", () => {
  for (const { y, classes, codes } of goldens.labels) {
    test(`It encodes ${JSON.stringify(y)} as scikit-learn does, and back.`, async () => {
      const encoder = new LabelEncoder();
      expect(encoder.isFitted).toBe(false);
      expect([...(await encoder.fitTransform(y))]).toEqual(codes);
      expect(encoder.classes).toEqual(classes);
      expect(await encoder.inverseTransform(codes)).toEqual(y);
    });
  }

  test("It refuses unknown labels, wrong codes, nothing at all, and to answer before it is fitted.", async () => {
    const encoder = new LabelEncoder();
    await expect(encoder.transform(["a"])).rejects.toThrow("this LabelEncoder is not fitted yet");
    await expect(encoder.fit([])).rejects.toThrow("y of LabelEncoder has 0 labels; at least 1 is needed");
    await encoder.fit(["a", "b"]);
    await expect(encoder.transform(["a", "c"])).rejects.toThrow('labels must be among "a", "b"; got "c" in row 1');
    await expect(encoder.inverseTransform([0, 2])).rejects.toThrow(
      "codes of LabelEncoder must be integers from 0 to 1; got 2 in row 1",
    );
  });
});

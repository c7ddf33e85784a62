import fc from "fast-check";
import { GradientBoostingClassifier, RandomForestClassifier } from "trellis-learn";
import { fromXGBoost, type GradientBoosting, toXGBoostJSON, toXGBoostUBJ } from "trellis-learn/exchange";
import { describe, expect, it } from "vitest";
import type { ObjectiveName } from "../../src/boosting/objectives.js";
import { printFloat, printJson } from "../../src/exchange/json-text.js";
import { printUbjson } from "../../src/exchange/ubjson.js";
import { readXGBoost } from "../../src/exchange/xgboost-reader.js";
import { toDocument } from "../../src/exchange/xgboost-writer.js";
import { models } from "./random-models.js";
import { changed, fileOf, names } from "./xgboost-goldens.js";

/** What a tree of ours looks like in a file. */
interface FileTree {
  readonly left_children: readonly number[];
  readonly right_children: readonly number[];
  readonly parents: readonly number[];
}

/** The settings that are in a file where the model has none. */
const usual: Partial<Record<ObjectiveName, object>> = {
  "binary:logistic": { scalePosWeight: 1 },
  "reg:pseudohubererror": { huberSlope: 1 },
  "count:poisson": { maxDeltaStep: 0.7 },
};

describe("A model that is written and read again", () => {
  it("is the same, whatever its trees and numbers are, in JSON and in UBJSON.", () => {
    fc.assert(
      fc.property(models, (model) => {
        const document = toDocument(model);
        const settings = { ...usual[model.objective], ...model.settings };
        expect(readXGBoost(printJson(document))).toEqual({ ...model, settings });
        expect(readXGBoost(printUbjson(document))).toEqual({ ...model, settings });
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each(names.filter((name) => name !== "logitraw"))("is the same estimator, to the bit: %s.", (name) => {
    const estimator = fromXGBoost(fileOf(`${name}.json`));
    expect(fromXGBoost(toXGBoostJSON(estimator)).state).toEqual(estimator.state);
    expect(fromXGBoost(toXGBoostUBJ(estimator)).state).toEqual(estimator.state);
    expect(fromXGBoost(toXGBoostJSON(estimator)).params).toEqual(estimator.params);
  });

  it("has a base margin that comes close where it was no probability: logitraw.", () => {
    const { baseMargin } = readXGBoost(fileOf("logitraw.json"));
    const written = readXGBoost(toXGBoostJSON(fromXGBoost(fileOf("logitraw.json"))));
    expect(written.baseMargin[0]).not.toBe(baseMargin[0]);
    expect(written.baseMargin[0]).toBeCloseTo(baseMargin[0]!, 6);
  });

  it("keeps its labels, its feature names and its best iteration.", () => {
    const stopped = fromXGBoost(fileOf("stopped.json"), { rounds: "best", classes: ["ham", 'sp"am\n'] });
    const featureNames = ["a", "b", "c", "ü"];
    const text = toXGBoostJSON(stopped, { featureNames });
    const { attributes, feature_names } = JSON.parse(text).learner;
    expect(attributes).toEqual({ best_iteration: `${stopped.bestIteration}`, trellis_classes: '["ham","sp\\"am\\n"]' });
    expect(feature_names).toEqual(featureNames);
    expect(fromXGBoost(text).state).toEqual(stopped.state);
    expect((fromXGBoost(text, { classes: [1, 2] }) as GradientBoostingClassifier).classes).toEqual([1, 2]);
    expect(JSON.parse(toXGBoostJSON(fromXGBoost(fileOf("iris.json")))).learner.attributes).toEqual({});
  });

  it("is refused where the labels in it are not those of its classes.", () => {
    for (const labels of ['["b","a","c"]', '["a","b"]', "[1,2,null]", "{}", "[", '["a","b","c"'])
      expect(() =>
        fromXGBoost(changed("iris", '"attributes":{}', `"attributes":{"trellis_classes":${JSON.stringify(labels)}}`)),
      ).toThrow(expect.objectContaining({ code: "INVALID_MODEL" }));
  });
});

describe("The written text", () => {
  it("has floats in at most nine digits that give the same f32 back.", () => {
    const anyF32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((bits) => {
      return new Float32Array(Int32Array.of(bits).buffer)[0]!;
    });
    fc.assert(
      fc.property(
        anyF32.filter((value) => Number.isFinite(value)),
        (value) => {
          const text = printFloat(value);
          expect(text).toMatch(/^-?\d(\.\d{1,8})?E-?\d+$/);
          expect(Math.fround(Number(text))).toBe(value);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each([
    [0, "0E0"],
    [-0, "-0E0"],
    [3, "3E0"],
    [Math.fround(-0.4), "-4E-1"],
    [Math.fround(0.1), "1E-1"],
    [16777216, "1.6777216E7"],
    [Math.fround(3.4028235e38), "3.4028235E38"],
    [Math.fround(1e-5), "1E-5"],
  ])("has %d as XGBoost writes it: %s.", (value, text) => {
    expect(printFloat(value)).toBe(text);
  });

  it("has the lists of trees as XGBoost writes them, node for node.", () => {
    const text = new TextDecoder().decode(fileOf("iris.json"));
    const trees = JSON.parse(text).learner.gradient_booster.model.trees;
    const written = toXGBoostJSON(fromXGBoost(text));
    expect(JSON.parse(written).learner.gradient_booster.model.trees).toEqual(trees);
    const inside = (json: string) => json.slice(json.indexOf('"trees":'), json.indexOf('"name":"gbtree"'));
    expect(inside(written)).toBe(inside(text));
  });

  it("has siblings side by side, whatever the shape of the tree.", () => {
    fc.assert(
      fc.property(models, (model) => {
        const { trees } = JSON.parse(printJson(toDocument(model))).learner.gradient_booster.model;
        for (const { left_children, right_children, parents } of trees as FileTree[]) {
          expect(parents[0]).toBe(2147483647);
          left_children.forEach((left, node) => {
            expect(right_children[node]).toBe(left < 0 ? -1 : left + 1);
            if (left >= 0) expect([parents[left], parents[left + 1]]).toEqual([node, node]);
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has one base_score where the margins of all classes are equal, which older versions of XGBoost need.", () => {
    const one = readXGBoost(changed("iris", /"base_score":"[^"]*"/, '"base_score":"5E-1"'));
    expect(printJson(toDocument(one))).toContain('"base_score":"5E-1"');
    expect(printJson(toDocument(readXGBoost(fileOf("iris.json"))))).toContain('"base_score":"[');
  });
});

describe("What cannot be written", () => {
  it("is a model of another kind, or one that is not fitted.", () => {
    expect(() => toXGBoostJSON(new RandomForestClassifier() as unknown as GradientBoosting)).toThrow(
      "model of toXGBoostJSON must be a GradientBoostingClassifier or GradientBoostingRegressor; got a RandomForestClassifier",
    );
    expect(() => toXGBoostUBJ(new GradientBoostingClassifier())).toThrow("is not fitted yet");
  });

  it.each([
    [["a", "b", "c"], "3"],
    [["a", "b", "c", "a"], '"a" at 3'],
    [["a", "b", "c", "d]"], '"d]" at 3'],
    [["a", "b", "c", 4], "4 at 3"],
    ["abcd", '"abcd"'],
  ])("are the feature names %j.", (featureNames, got) => {
    expect(() => toXGBoostJSON(fromXGBoost(fileOf("iris.json")), { featureNames: featureNames as string[] })).toThrow(
      `featureNames of toXGBoostJSON must be 4 different texts without [, ] and <; got ${got}`,
    );
  });

  it("is a base margin beyond what base_score can say.", () => {
    const model = readXGBoost(fileOf("breast-cancer.json"));
    expect(() => toDocument({ ...model, baseMargin: Float32Array.of(20) })).toThrow("base margin 20 of the model");
    const counts = readXGBoost(fileOf("counts.json"));
    expect(() => toDocument({ ...counts, baseMargin: Float32Array.of(200) })).toThrow("base margin 200 of the model");
  });
});

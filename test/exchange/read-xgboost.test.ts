import { type GradientBoostingClassifier, GradientBoostingRegressor } from "trellis-learn";
import { fromXGBoost } from "trellis-learn/exchange";
import { describe, expect, it } from "vitest";
import { validateBoostedTree } from "../../src/boosting/boosted-tree.js";
import { readXGBoost } from "../../src/exchange/xgboost-reader.js";
import { answers, changed, distance, fileOf, marginsOf, names, predictionsOf } from "./xgboost-goldens.js";

const invalid = { name: "InvalidModelError", code: "INVALID_MODEL" };
const text = (name: string) => new TextDecoder().decode(fileOf(`${name}.json`));

describe("A model that XGBoost saved", () => {
  it.each(names)("has the margins that XGBoost gives, to the bit: %s.", (name) => {
    const { rows, margins } = answers[name]!;
    const model = readXGBoost(fileOf(`${name}.json`));
    for (const tree of model.trees) validateBoostedTree(tree, model.nFeatures);
    expect(rows[0]!.every((value) => value === null)).toBe(true);
    expect(marginsOf(model, rows)).toEqual(margins);
  });

  it.each(names)("predicts through its estimator what XGBoost predicts, missing values too: %s.", async (name) => {
    const { rows, predictions } = answers[name]!;
    const X = rows.map((row) => row.map((value) => value ?? Number.NaN));
    const estimator = fromXGBoost(fileOf(`${name}.json`));
    if (estimator instanceof GradientBoostingRegressor) {
      const found = await estimator.predict(X);
      expect(distance([[...found]], [predictions.flat()])).toBeLessThan(1e-6);
    } else if (name === "softmax") {
      expect(await estimator.predict(X)).toEqual(predictions.flat());
    } else if (name === "logitraw") {
      const { data } = await estimator.decisionFunction(X);
      expect(distance([[...data]], [predictions.flat()])).toBeLessThan(1e-6);
    } else {
      const shares = await estimator.predictProba(X);
      const found = rows.map((_, i) => [...shares.data.slice(i * shares.cols, (i + 1) * shares.cols)]);
      const isBinary = estimator.classes.length === 2;
      expect(distance(isBinary ? found.map((row) => [row[1]!]) : found, predictions)).toBeLessThan(1e-6);
    }
  });

  it.each(["iris", "breast-cancer", "diabetes", "wine-missing", "counts"])(
    "is the same from JSON, as bytes and as text, and from UBJSON: %s.",
    (name) => {
      const model = readXGBoost(fileOf(`${name}.json`));
      expect(readXGBoost(text(name))).toEqual(model);
      expect(readXGBoost(fileOf(`${name}.ubj`))).toEqual(model);
      expect(predictionsOf(model, marginsOf(model, answers[name]!.rows))).toHaveLength(answers[name]!.rows.length);
    },
  );

  it("has its parameters where the file tells them, and the defaults elsewhere.", () => {
    expect(fromXGBoost(fileOf("breast-cancer.json")).toString()).toBe(
      'GradientBoostingClassifier({ nEstimators: 10, objective: "binary:logistic", scalePosWeight: 1.5 })',
    );
    expect(fromXGBoost(fileOf("counts.ubj")).toString()).toBe(
      'GradientBoostingRegressor({ nEstimators: 10, maxDeltaStep: 0.7, objective: "count:poisson" })',
    );
    expect(fromXGBoost(fileOf("huber.json")).params).toMatchObject({ huberSlope: 2.5, nEstimators: 2 });
    expect(fromXGBoost(fileOf("softmax.json")).params.objective).toBe("multi:softprob");
    expect(fromXGBoost(fileOf("logitraw.json")).params.objective).toBe("binary:logistic");
  });

  it("keeps gains and covers, so that importances are XGBoost's.", () => {
    const iris = fromXGBoost(fileOf("iris.json"));
    const { trees } = JSON.parse(text("iris")).learner.gradient_booster.model;
    const gains = new Float64Array(4);
    for (const { left_children, loss_changes, split_indices } of trees) {
      left_children.forEach((left: number, node: number) => {
        if (left >= 0) gains[split_indices[node]]! += loss_changes[node];
      });
    }
    expect(iris.nFeaturesIn).toBe(4);
    iris.importances("totalGain").forEach((gain, i) => {
      expect(gain).toBeCloseTo(gains[i]!, 4);
    });
  });

  it("leaves out the nodes that pruning has deleted.", () => {
    const { trees } = JSON.parse(text("pruned")).learner.gradient_booster.model;
    expect(trees[0].tree_param.num_deleted).not.toBe("0");
    const model = readXGBoost(fileOf("pruned.json"));
    expect(model.trees[0]!.feature.length).toBe(
      trees[0].left_children.length - Number(trees[0].tree_param.num_deleted),
    );
  });

  it("of parallel trees has a round for each of them.", () => {
    expect(fromXGBoost(fileOf("parallel.json")).params.nEstimators).toBe(4);
  });

  it("is read in the older form of dart, too, where the weights of trees lie beside them.", () => {
    const inside = JSON.parse(text("dropout"));
    const { weight_drop, ...model } = inside.learner.gradient_booster.model;
    inside.learner.gradient_booster = { gbtree: { model, name: "gbtree" }, name: "dart", weight_drop };
    expect(readXGBoost(JSON.stringify(inside))).toEqual(readXGBoost(text("dropout")));
  });

  it("is read in the forms of XGBoost 1 and 2: one base_score, fewer keys, booleans for sides.", () => {
    const old = JSON.parse(text("breast-cancer"));
    const parameters = old.learner.learner_model_param;
    parameters.base_score = parameters.base_score.slice(1, -1);
    delete parameters.num_target;
    delete old.learner.attributes;
    delete old.learner.feature_names;
    delete old.learner.gradient_booster.model.cats;
    delete old.learner.gradient_booster.model.iteration_indptr;
    for (const tree of old.learner.gradient_booster.model.trees) {
      tree.default_left = tree.default_left.map((side: number) => side === 1);
      delete tree.split_type;
    }
    expect(readXGBoost(JSON.stringify(old))).toEqual(readXGBoost(text("breast-cancer")));
  });

  it("has one base margin for all classes where the file has one.", () => {
    const model = readXGBoost(changed("iris", /"base_score":"[^"]*"/, '"base_score":"5E-1"'));
    expect(model.baseMargin).toEqual(Float32Array.of(0.5, 0.5, 0.5));
  });
});

describe("Early stopping", () => {
  it("leaves all rounds in the model, as Booster.predict does, unless the best are asked for.", () => {
    const all = fromXGBoost(fileOf("stopped.json"));
    const { best_iteration } = JSON.parse(text("stopped")).learner.attributes;
    const best = fromXGBoost(fileOf("stopped.json"), { rounds: "best" });
    expect(all.trees.length).toBeGreaterThan(Number(best_iteration) + 1);
    expect(all.bestIteration).toBeNull();
    expect(best.trees).toHaveLength(Number(best_iteration) + 1);
    expect(best.trees[0]).toEqual(all.trees[0]);
    expect(best.bestIteration).toBe(Number(best_iteration));
    expect(best.params.nEstimators).toBe(Number(best_iteration) + 1);
  });

  it("must have been there where the best rounds are asked for.", () => {
    expect(() => fromXGBoost(fileOf("iris.json"), { rounds: "best" })).toThrow("has no best_iteration");
    const late = changed("stopped", /"best_iteration":"\d+"/, '"best_iteration":"99"');
    expect(() => fromXGBoost(late, { rounds: "best" })).toThrow(expect.objectContaining(invalid));
    expect(fromXGBoost(late).bestIteration).toBeNull();
    expect(() => fromXGBoost(late, { rounds: "first" as "all" })).toThrow('must be one of "all", "best"; got "first"');
  });
});

describe("Classes", () => {
  it("are XGBoost's numbers, or the labels that are given.", async () => {
    const plain = fromXGBoost(fileOf("iris.json")) as GradientBoostingClassifier;
    expect(plain.classes).toEqual([0, 1, 2]);
    const classes = ["setosa", "versicolor", "virginica"];
    const named = fromXGBoost(fileOf("iris.json"), { classes }) as GradientBoostingClassifier;
    const X = answers.iris!.rows.map((row) => row.map((value) => value ?? Number.NaN));
    const codes = (await plain.predict(X)) as number[];
    expect(new Set(codes).size).toBe(3);
    expect(await named.predict(X)).toEqual(codes.map((code) => classes[code]));
    expect((fromXGBoost(fileOf("breast-cancer.json"), { classes: [false, true] }) as typeof named).classes).toEqual([
      false,
      true,
    ]);
  });

  it.each([
    [["a", "b"]],
    [["a", "b", "c", "d"]],
    [["b", "a", "c"]],
    [["a", "a", "c"]],
    [["a", 1, "c"]],
    [[0, 1, Number.NaN]],
    ["abc"],
  ])("%j are refused for three.", (classes) => {
    expect(() => fromXGBoost(fileOf("iris.json"), { classes: classes as string[] })).toThrow(
      expect.objectContaining({
        parameter: "classes",
        message: expect.stringContaining("must be 3 labels of one kind, sorted and all different; got"),
      }),
    );
  });

  it("are refused for a regression.", () => {
    expect(() => fromXGBoost(fileOf("counts.json"), { classes: [0, 1] })).toThrow(
      "classes of fromXGBoost must be left out for count:poisson, which has no classes",
    );
  });
});

describe("What is not supported", () => {
  it.each([
    ["linear", 'its booster is "gblinear"; gbtree and dart are supported'],
    ["categories", "trees[0] splits node 1 by categories; splits by value are supported"],
    ["vector-leaves", "the leaves of learner.gradient_booster.model.trees[0] are vectors of 3"],
    ["two-targets", "it has 2 targets; one is supported"],
    ["hinge", 'its objective is "binary:hinge"; supported are multi:softprob, multi:softmax, binary:logistic'],
  ])("is refused by name: %s.", (name, message) => {
    const read = () => fromXGBoost(fileOf(`refused-${name}.json`));
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining(invalid));
    expect(read).toThrow("the XGBoost model cannot be read: ");
  });
});

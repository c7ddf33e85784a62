import { checkBody, RequestError } from "trellis-learn/serve";
import { describe, expect, it } from "vitest";
import { firstTraining } from "../../examples/server/src/initial-models.js";
import { camelCase, snakeCase } from "../../examples/server/src/parameter-names.js";
import { readSettings, SettingsError } from "../../examples/server/src/settings.js";
import { defaultGrids, familyNames } from "../../examples/server/src/training-grids.js";
import { trainingRequest } from "../../examples/server/src/training-request.js";

const read = (body: unknown) => checkBody(trainingRequest(true), body);
const grids = (grid_search_params: unknown) => ({ grid_search_params });
const oneOf = (family: string, name: string, values: unknown) => grids({ [family]: { param: { [name]: values } } });

function refusal(body: unknown): RequestError {
  try {
    read(body);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(body)} was not refused`);
}

describe("The request of a training", () => {
  it("is that of the first seed's README, in the order in which families are trained", () => {
    const asked = Object.fromEntries(
      ["fcnn", "svm", "rf", "xgboost", "cnn"].map((name) => [
        name,
        { param: defaultGrids[name as "rf"], n_jobs: -1, cv: 3 },
      ]),
    );
    const { use_small_dataset, grid_search_params } = read({ use_small_dataset: true, grid_search_params: asked });
    expect(use_small_dataset).toBe(true);
    expect(Object.keys(grid_search_params)).toEqual(familyNames);
    expect(grid_search_params).toEqual(asked);
  });

  it("may leave out everything, a grid, and what stands in a grid", () => {
    const all = Object.fromEntries(familyNames.map((name) => [name, { param: defaultGrids[name], n_jobs: -1, cv: 3 }]));
    expect(read({})).toEqual({ use_small_dataset: true, grid_search_params: all });
    expect(checkBody(trainingRequest(false), {}).use_small_dataset).toBe(false);
    expect(read(grids({ rf: {} })).grid_search_params).toEqual({ rf: all.rf });
    expect(read(grids({ svm: { param: {}, cv: 2 } })).grid_search_params).toEqual({
      svm: { param: {}, n_jobs: -1, cv: 2 },
    });
  });

  it("takes each value once, null and words where they have a meaning", () => {
    const asked = read(
      grids({
        rf: { param: { max_depth: [null, 3, 3], max_features: ["sqrt", 28] } },
        svm: { param: { gamma: ["scale", 0.1] } },
      }),
    ).grid_search_params;
    expect(asked.rf!.param).toEqual({ max_depth: [null, 3], max_features: ["sqrt", 28] });
    expect(asked.svm!.param).toEqual({ gamma: ["scale", 0.1] });
  });

  it("is understood where the first models are trained", () => {
    expect(read(firstTraining)).toEqual(firstTraining);
  });

  it.each([
    ["no object", [], "the body: must be an object"],
    ["another key", { small: true }, 'the key "small" is not known here; known are use_small_dataset'],
    ["a word for true", { use_small_dataset: "yes" }, "must be true or false"],
    ["no family", grids({}), "a grid for at least one of fcnn, xgboost, rf, svm, cnn"],
    ["an unknown family", grids({ resnet: {}, rf: {} }), '"resnet" is not known here; known are fcnn, xgboost, rf'],
    ["a family of every object", grids({ toString: {} }), '"toString" is not known'],
    ["an unknown parameter", oneOf("rf", "bogus", [1]), '"bogus" is not known here; known are n_estimators'],
    ["a number for an array", oneOf("svm", "C", 1), "param.C: must be an array of 1 to 100 values"],
    ["an empty array", oneOf("svm", "C", []), "must be an array of 1 to 100 values"],
    ["a word for a number", oneOf("svm", "C", ["a"]), "C.0: must be a number > 0 and <= 1000000"],
    ["null for a number", oneOf("svm", "C", [null]), "must be a number > 0"],
    ["an array for a number", oneOf("svm", "C", [[1]]), "must be a number > 0"],
    ["true for a number", oneOf("svm", "C", [true]), "must be a number > 0"],
    ["an unknown word", oneOf("svm", "kernel", ["nope"]), "must be one of rbf, linear, poly, sigmoid"],
    ["too many trees", oneOf("rf", "n_estimators", [1e9]), "must be an integer from 1 to 5000"],
    ["no trees", oneOf("rf", "n_estimators", [0]), "must be an integer from 1 to 5000"],
    ["half a tree", oneOf("rf", "n_estimators", [50, 2.5]), "n_estimators.1: must be an integer from 1 to 5000"],
    ["trees in words", oneOf("rf", "n_estimators", ["100"]), "must be an integer from 1 to 5000"],
    ["no depth", oneOf("rf", "max_depth", [0]), "must be null or an integer from 1 to 64"],
    ["too much depth", oneOf("xgboost", "max_depth", [1e9]), "must be an integer from 1 to 64"],
    ["too many epochs", oneOf("cnn", "epochs", [101]), "must be an integer from 1 to 100"],
    ["one fold", grids({ svm: { cv: 1 } }), "cv: must be an integer from 2 to 20"],
    ["too many folds", grids({ svm: { cv: 1_000_000 } }), "cv: must be an integer from 2 to 20"],
    ...[0, -2, 1.5, 10_000].map(
      (n_jobs) => [`${n_jobs} jobs`, grids({ svm: { n_jobs } }), "n_jobs: must be -1 or an integer"] as const,
    ),
    [
      "more than 1,000 candidates",
      grids({ rf: {}, svm: { param: { C: range(50), gamma: range(20) } } }),
      "must have at most 1000 candidates in all its grids together",
    ],
  ] as const)("is refused with %s.", (_, body, message) => {
    const error = refusal(body);
    expect(error.status).toBe(400);
    expect(error.message).toContain(message);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

describe("Names of parameters", () => {
  it("have two spellings, of which each leads to the other", () => {
    for (const [snake, camel] of [
      ["n_estimators", "nEstimators"],
      ["min_samples_split", "minSamplesSplit"],
      ["C", "C"],
      ["gamma", "gamma"],
    ] as const) {
      expect(camelCase(snake)).toBe(camel);
      expect(snakeCase(camel)).toBe(snake);
    }
  });
});

describe("The settings", () => {
  it("have defaults, for empty variables too", () => {
    expect(readSettings({ INIT_CWD: "/home", AUTH_TOKEN: "", PORT: "" }, 8001)).toMatchObject({
      port: 8001,
      host: "127.0.0.1",
      stateFolder: "/home/trellis-state",
      useSmallDataset: true,
      trainRows: null,
      authToken: null,
      allowedHosts: [],
      mlflowUrl: null,
    });
  });

  it("show where MLflow is, and not its password", () => {
    const { mlflowUrl } = readSettings({ MLFLOW_TRACKING_URI: "http://me:secret@mlflow:5000" }, 8001);
    expect(mlflowUrl).toBe("http://mlflow:5000/");
    expect(readSettings({ MLFLOW_TRACKING_URI: "./mlruns" }, 8001).mlflowUrl).toBeNull();
  });

  it("are called by any name where the network is trusted", () => {
    expect(readSettings({ TRUST_NETWORK: "1" }, 8001)).toMatchObject({ trustsNetwork: true, allowedHosts: ["*"] });
    expect(readSettings({ ALLOWED_HOSTS: "a.example, b.example" }, 8001).allowedHosts).toEqual([
      "a.example",
      "b.example",
    ]);
  });

  it.each([
    ["PORT", "80000", "PORT must be an integer from 0 to 65535"],
    ["TRAIN_ROWS", "many", "TRAIN_ROWS must be an integer from 200 to 60000"],
    ["USE_SMALL_DATASET", "perhaps", "USE_SMALL_DATASET must be True or False"],
    ["RESUME", "later", "RESUME must be one of auto, off"],
  ])("refuse a %s of %s", (name, value, message) => {
    const wrong = () => readSettings({ [name]: value }, 8001);
    expect(wrong).toThrow(SettingsError);
    expect(wrong).toThrow(message);
  });
});

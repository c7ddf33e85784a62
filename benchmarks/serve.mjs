// The rows of `npm run bench -- serve`: the example server against FastAPI, uvicorn and scikit-learn.
import { writeFileSync } from "node:fs";
import { firstRows, mnistOf, stratifiedSplit } from "./harness/data.mjs";
import { measureModel, measureOverload, measureStarts, measureWhileTraining } from "./harness/serving-measures.mjs";

const SPLIT_SEED = 42;
/** A service has one processor and the load generator the other; what needs more than one core has both. */
const SERVICE = [0];
const GENERATOR = [1];
const BOTH = [0, 1];

const TRAINED_LIMITS = { least: 0.02, timesIdle: 2, health: 0.05 };
const REJECT_LIMIT_S = 0.02;
/** Five times as much work as the models can do must be no more requests than the generator can send. */
const OVERLOAD_ROWS = 16;
const START_LIMIT_S = 1;
const MEMORY_LIMIT_MB = 150;

/**
 * @param {import("./harness/data.mjs").DataFolder} folder
 * @param {boolean} quick small sizes, to try the benchmarks themselves
 * @returns {import("./harness/serving.mjs").ServingGroup[]}
 */
export function rows(folder, quick) {
  const size = (full, small) => (quick ? small : full);
  const trainRows = size(6000, 300);
  const seconds = size(5, 1);

  const svc = (probability) => ({
    estimator: "svc",
    params: { kernel: "rbf", C: 10, gamma: 0.01, probability, randomState: 42 },
  });
  const forest = {
    estimator: "forest",
    params: { nEstimators: size(100, 10), criterion: "entropy", randomState: 42 },
  };
  const boosting = { estimator: "boosting", params: { nEstimators: size(100, 3), randomState: 42 } };
  /** By the names of the example server; more than one member: their soft vote. */
  const models = { svm: [svc(false)], rf: [forest], ensemble: [svc(true), forest, boosting] };

  const part = (index) => stratifiedSplit(mnistOf("t10k"), trainRows, SPLIT_SEED)[index];
  /** Pixels / 255: a scale of the bytes for us, f32 for the peer. */
  const pixels = (name, key, make) => ({ ...folder.load(name, key, make), divisor: 255, scaledType: "float32" });
  const group = (model) => ({
    cpus: BOTH,
    generatorCpus: GENERATOR,
    tables: () => [
      pixels("train", `t10k-${trainRows}`, () => part(0)),
      pixels("test", `t10k-not-${trainRows}`, () => firstRows(part(1), 1000)),
    ],
    prepare: (role) => ({ op: "prepare", data: "train", test: "test", folder: folder.path(role), models, model }),
  });
  /** Bodies of POST /predict, each of so many rows, of images that no model has seen. */
  const bodies = (model, rows = 1) => {
    const file = folder.path(`${model}-${rows}.jsonl`);
    const { X, rows: count, cols } = firstRows(part(1), 200);
    const pixels = Array.from({ length: count }, (_, i) => [...X.subarray(i * cols, (i + 1) * cols)]);
    const lines = Array.from({ length: Math.floor(count / rows) }, (_, i) =>
      JSON.stringify({ ensemble_predict: model === "ensemble", data: pixels.slice(i * rows, (i + 1) * rows) }),
    );
    writeFileSync(file, lines.join("\n"));
    return file;
  };

  const ofModel = (name, model, title, leastRps) => ({
    ...group(model),
    id: name,
    peer: "FastAPI",
    rows: [
      {
        id: `${name}-rps`,
        what:
          `POST /predict of one image, ${title}, closed loop, a core for the service: the ratio is the lesser of those of the ` +
          "requests/s with 10 and with 50 connections; times are 1 / those with 10",
        goal: leastRps,
        summary: ({ ours, peer }) => ({
          ...told(ours, peer),
          ratio: Math.min(ours.rps_c10 / peer.rps_c10, ours.rps_c50 / peer.rps_c50),
        }),
      },
      {
        id: `${name}-p99`,
        what:
          "99th percentile of the same: the ratio is the least of those of the closed loops and of a constant rate, half of what the " +
          "slower side does with 10 connections; times are at that rate",
        goal: 2,
        summary: ({ ours, peer }) => ({
          ...told(ours, peer),
          ratio: Math.min(...["c10", "c50", "fixed"].map((load) => peer[`p99_s_${load}`] / ours[`p99_s_${load}`])),
        }),
      },
    ],
    measure: (stage) =>
      measureModel(stage, {
        ...{ rps: `${name}-rps`, p99: `${name}-p99` },
        ...{ model, bodies: bodies(model), seconds, cpus: SERVICE },
      }),
  });

  const shape = `MNIST t10k ${trainRows} x 784`;
  return [
    ofModel("svc", "svm", `SVC rbf, C 10, gamma .01, ${shape}`, 2),
    ofModel("forest", "rf", `${size(100, 10)} trees, entropy, ${shape}`, 5),
    ofModel(
      "ensemble",
      "ensemble",
      `the soft vote of that SVC with probabilities, that forest and boosting, ${shape}`,
      3,
    ),
    {
      ...group("svm"),
      id: "training",
      peer: null,
      rows: [
        {
          id: "predict-while-training",
          what:
            "100 predictions/s by the SVC while a training has both cores: the ratio is max(2 x the 99th percentile when idle, 20 ms) / " +
            "that while training, in which no request fails",
          goal: 1,
          summary: ({ ours }) => ({
            ...told(ours),
            ratio: Math.max(TRAINED_LIMITS.timesIdle * ours.idle_p99_s, TRAINED_LIMITS.least) / ours.p99_s,
          }),
        },
        {
          id: "health-while-training",
          what: "GET /v2/health/live ten times a second beside them: the ratio is 50 ms / its 99th percentile",
          goal: 1,
          summary: ({ ours }) => ({ ...told(ours), ratio: TRAINED_LIMITS.health / ours.p99_s }),
        },
      ],
      measure: (stage) =>
        measureWhileTraining(stage, {
          ...{ predict: "predict-while-training", health: "health-while-training" },
          ...{ model: "svm", bodies: bodies("svm"), seconds: size(20, 2), cpus: BOTH },
          training: {
            use_small_dataset: false,
            grid_search_params: {
              xgboost: {
                param: { max_depth: [3, 6], learning_rate: [0.1, 0.2, 0.3], n_estimators: [100] },
                n_jobs: -1,
                cv: 3,
              },
            },
          },
        }),
    },
    {
      ...group("ensemble"),
      id: "overload",
      peer: null,
      rows: [
        {
          id: "overload",
          what:
            "five times the requests/s of 16 images that 50 connections get from the ensemble: the ratio is requests answered / those 50's; " +
            "rejects: 20 ms / their 99th percentile",
          goal: 0.9,
          also: { reject_ratio: 1 },
          summary: ({ ours }) => ({
            ...told(ours),
            ratio: ours.good_per_s / ours.capacity_rps,
            reject_ratio: ours.reject_p99_s === null ? null : REJECT_LIMIT_S / ours.reject_p99_s,
          }),
        },
      ],
      measure: (stage) =>
        measureOverload(stage, {
          ...{ row: "overload", model: "ensemble", bodies: bodies("ensemble", OVERLOAD_ROWS) },
          ...{ seconds: size(15, 2), cpus: SERVICE },
        }),
    },
    {
      ...group("svm"),
      id: "starts",
      peer: "FastAPI",
      rows: [
        {
          id: "cold-start",
          what: "from the start of the process to the first answer that it is ready, models there: limit_ratio is 1 s / ours",
          goal: 1,
          summary: ({ ours }) => ({ goal_of: "limit_ratio", limit_ratio: START_LIMIT_S / ours.median_s }),
        },
        {
          id: "idle-memory",
          what: "resident memory after it, before any request, the peer's / ours; limit_ratio is 150 MB / ours; times are of starting",
          goal: 1,
          summary: ({ ours, peer }) => ({
            ...told(ours, peer),
            ...{ goal_of: "limit_ratio", ratio: peer.mb / ours.mb, limit_ratio: MEMORY_LIMIT_MB / ours.mb },
          }),
        },
      ],
      measure: (stage) =>
        measureStarts(stage, { start: "cold-start", memory: "idle-memory", model: "svm", cpus: SERVICE }),
    },
  ];
}

const NOT_TOLD = ["median_s", "peak_mb", "accuracy"];

/** The readings of both sides, one beside the other; what every row tells anyway is left out. */
const told = (ours, peer) =>
  Object.fromEntries(
    Object.keys(ours)
      .filter((name) => !NOT_TOLD.includes(name))
      .flatMap((name) => [[`ours_${name}`, ours[name]], ...(peer ? [[`peer_${name}`, peer[name]]] : [])]),
  );

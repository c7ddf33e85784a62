import { digits, duration, markdownTable, times } from "./markdown.mjs";

const PEERS = {
  keras: "Keras",
  lightgbm: "LightGBM",
  optuna: "Optuna",
  pytorch: "PyTorch",
  "scikit-learn with threads": "scikit-learn",
  "tfjs-wasm": "tfjs on wasm",
  xgboost: "XGBoost",
};

/** Rows of times by benchmark, in words. */
const TIMED = {
  forest: {
    "fit-one-core": "100 trees, entropy, 6,000 MNIST images, one core",
    "fit-60k": "100 trees, gini, all 60,000 images, two workers",
    "fit-float": "100 trees, 100,000 x 28 distinct doubles, one core",
    "small-fit": "100 trees, 150 x 4",
    "grid-27x3": "grid search, 27 forests x 3 folds and refit, 9,000 images, two workers",
    "predict-row": "predict one row",
    "predict-1000": "predict 1,000 rows, one core",
    "fit-ml-random-forest": "20 trees, 500 images, one core",
    "fit-ml-cart": "one tree, 500 images, one core",
  },
  boosting: {
    "fit-one-core": "100 rounds of depth 6, 6,000 MNIST images, 10 classes, one core",
    "fit-lightgbm": "the same",
    "fit-lightgbm-depth3": "the same, depth 3",
    "grid-8x3": "grid search, 8 candidates x 3 folds and refit, 9,000 images, two workers",
    "tabular-100k": "100 rounds, 100,000 x 28 floats, two classes, one core",
    "tabular-1m": "100 rounds, 1,000,000 x 28 floats, two classes, one core",
    "predict-row": "probabilities of one row",
    "predict-1000": "probabilities of 1,000 rows, one core",
    "fit-ml-xgboost": "10 rounds, 1,000 images, one core",
  },
  svc: {
    "fit-g01": "`SVC`, rbf, C 10, gamma .01, 6,000 MNIST images, one core",
    "proba-g01": "the same with probabilities",
    "fit-g1": "`SVC`, gamma .1",
    "proba-g1": "the same with probabilities",
    "grid-6x3": "grid search, 6 candidates with probabilities x 3 folds and refit, 9,000 images, two workers",
    "fit-20k": "`SVC`, gamma .01, 20,000 images, one core",
    "fit-normals": "`SVC`, 5,000 x 20 doubles, two classes, one core",
    svr: "`SVR`, 5,000 x 20 doubles, one core",
    "linear-svc": "`LinearSVC`, 6,000 images, one core",
    "predict-1000": "predict 1,000 rows, one core",
    "predict-row": "predict one row",
    "predict-proba-row": "probabilities of one row",
    "fit-libsvm-js": "the first fit",
    "predict-libsvm-js": "predict 1,000 rows with it",
    "fit-ml-svm": "1,000 images of two digits, one core",
  },
  kit: {
    "ols-images": "`LinearRegression`, 6,000 MNIST images",
    "ols-tall": "`LinearRegression`, 100,000 x 20 doubles",
    "ridge-images": "`Ridge`, 6,000 images",
    "ridge-tall": "`Ridge`, 100,000 x 20 doubles",
    "pca-images": "`PCA`, all components, 6,000 images",
    "pca-images-eigh": '`PCA`, the same, theirs by `svd_solver="covariance_eigh"`',
    "pca-images-50": "`PCA`, 50 components, theirs by random vectors",
    "pca-tall": "`PCA`, 100,000 x 20 doubles",
    "neighbors-bytes": "`KNeighborsClassifier`, 1,000 images among 6,000, as bytes",
    "neighbors-doubles": "`KNeighborsClassifier`, the same images as doubles",
    "neighbors-normals": "`KNeighborsClassifier`, 2,000 rows among 20,000 x 20 doubles",
    "neighbors-3": "`KNeighborsClassifier`, 20,000 rows among 20,000 x 3: both by a tree, ours built within",
    "neighbors-10": "`KNeighborsClassifier`, 2,000 rows among 100,000 x 10, theirs by a tree",
    "extra-trees": "100 extra trees, 6,000 images, one core",
    "gaussian-nb": "`GaussianNB`, 6,000 images",
    "scaler-fit": "`StandardScaler`, 100,000 x 20 doubles, fit",
    "scaler-transform": "`StandardScaler`, transform of these rows",
    "imputer-fit": "`SimpleImputer`, medians of 100,000 x 20 doubles, a tenth missing, fit",
    "imputer-transform": "`SimpleImputer`, transform of these rows",
  },
  neural: {
    "cnn-torch-b32": "an epoch of the convolutional net, 6,000 images, batches of 32",
    "cnn-keras-b32": "the same",
    "cnn-torch-b128": "batches of 128",
    "cnn-keras-b128": "the same",
    "fcnn-torch-b32": "an epoch of the dense net, batches of 32",
    "fcnn-keras-b32": "the same",
    "fcnn-tfjs-wasm": "the same",
    "fcnn-torch-b128": "batches of 128",
  },
  tune: {
    "tpe-200": "a trial of 200, five parameters, in memory",
    "tpe-1000": "a trial of 1,000",
    "digits-study": "50 forests on digits by TPE, 3 folds, one core (Optuna with scikit-learn)",
  },
};

/** What a second worker gives, in words. */
const WORKERS = [
  ["forest", "fit-two-workers", "100 trees, 6,000 images"],
  ["boosting", "fit-two-workers", "100 rounds of depth 6, 6,000 images"],
  ["svc", "fit-two-workers", "`SVC` with probabilities, gamma .1, 6,000 images"],
  ["neural", "fcnn-two-workers", "grid search of 4 dense nets"],
  ["neural", "cnn-two-workers", "grid search of 4 convolutional nets"],
  ["tune", "bullmq-two-workers", "grid search of 6 `SVC`, worker processes through BullMQ"],
];

/** The rows that README shows: each with its benchmark, in words that stand alone. */
const TELLING = [
  ["forest", "fit-one-core", "forest of 100 trees, 6,000 MNIST images, one core"],
  ["forest", "grid-27x3", "grid search, 27 forests x 3 folds and refit, two workers"],
  ["boosting", "fit-one-core", "100 rounds of boosting, 6,000 images, one core"],
  ["boosting", "tabular-1m", "100 rounds on 1,000,000 x 28 floats, one core"],
  ["svc", "grid-6x3", "grid search, 6 `SVC` with probabilities x 3 folds and refit, two workers"],
  ["neural", "cnn-torch-b32", "an epoch of a convolutional net, 6,000 images, one core"],
  ["forest", "predict-row", "predict one row with a forest"],
  ["tune", "digits-study", "50 forests tuned by TPE, 3 folds, one core"],
];

const ACCURACIES = [
  ["forest", "accuracy-20-seeds", "forest, 20 seeds"],
  ["neural", "cnn-accuracy", "convolutional net, 10 epochs, 5 seeds"],
  ["neural", "fcnn-accuracy", "dense net, 10 epochs, 5 seeds"],
];

const MEMORY = [
  ["forest", "fit-60k", "forest, 60,000 images, two workers"],
  ["boosting", "tabular-100k", "boosting, 100,000 x 28"],
  ["boosting", "tabular-1m", "boosting, 1,000,000 x 28"],
  ["svc", "fit-20k", "`SVC`, 20,000 images"],
];

/** Goals that are not of a row above, or mean something else than its ratio of times. */
const OTHER_GOALS = {
  "svc-p99": "served `SVC`, 99th percentile, the least ratio to FastAPI's",
  "cold-start": "start of the example service, one second / its time",
  "idle-memory": "memory of the example service before any request, 150 MB / its own",
  "tfjs-cnn": "our kernels in tfjs on wasm: six epochs of our own backend / one epoch there",
};
/** Measured by a method that has been given up since. */
const WITHOUT = new Set(["overload"]);

const peerOf = (name) => PEERS[name] ?? name;
const megabytes = (bytes) => `${digits(bytes / 1e6)} MB`;
const goalOf = ({ goal, met }) => (met ? `${goal}` : `${goal}, missed`);

function timeTable(results, words) {
  const rows = Object.entries(words).map(([id, what]) => {
    const row = rowOf(results, id);
    return [what, duration(row.ours_s), `${peerOf(row.peer)} ${duration(row.peer_s)}`, times(row.ratio), goalOf(row)];
  });
  return `${markdownTable(["what", "Trellis", "peer", "ratio", "goal"], rows)}\n\n${provenance(results)}`;
}

/** Where figures come from. */
function provenance({ date, commit, versions, rows, machine, disturbance }) {
  // A peer's reading of more than 100 s is taken once, whatever was asked for.
  const rounds = Math.max(...rows.map(({ ours_rounds: readings }) => readings?.length ?? 0));
  const peers = Object.entries(versions).filter(([name]) => !["trellis-learn", "node", "node_current"].includes(name));
  const quiet = disturbance === null ? "" : ` Other work had run on the machine just before: ${disturbance}.`;
  return (
    `${rounds} ${rounds === 1 ? "round" : "rounds"} on ${date.slice(0, 10)}, commit ${commit}, ${machine.cores} cores (${machine.cpu}), ` +
    `Node ${versions.node}; ${peers.map(([name, version]) => `${name} ${version}`).join(", ")}.${quiet}`
  );
}

function rowOf({ rows }, id) {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`there is no row ${id} in the results`);
  return row;
}

function tellingTable(all) {
  const rows = TELLING.map(([name, id, what]) => {
    const row = rowOf(all[name], id);
    return [
      what,
      duration(row.ours_s),
      `${peerOf(row.peer)} ${duration(row.peer_s)}`,
      times(row.ratio),
      `\`-- ${name}\``,
    ];
  });
  const { ours_s: ours, peer_s: theirs, ratio } = rowOf(all.request, "whole-request");
  rows.push([
    "**a whole training request**",
    duration(ours),
    `Python ${duration(theirs)}`,
    times(ratio),
    "`-- request`",
  ]);
  return markdownTable(["what", "Trellis", "peer", "ratio", "`npm run bench`"], rows);
}

function workersTable(all) {
  const rows = WORKERS.map(([name, id, what]) => {
    const row = rowOf(all[name], id);
    return [what, duration(row.peer_s), duration(row.ours_s), times(row.ratio), goalOf(row)];
  });
  return markdownTable(["what", "one worker", "two workers", "ratio", "goal"], rows);
}

function accuracyTable(all) {
  const rows = ACCURACIES.map(([name, id, what]) => {
    const { ours_accuracy: ours, peer, peer_accuracy: theirs } = rowOf(all[name], id);
    return [what, ours.toFixed(4), `${peerOf(peer)} ${theirs.toFixed(4)}`];
  });
  const { ours_log_loss: ours, peer_log_loss: theirs } = rowOf(all.boosting, "logloss");
  rows.push(["boosting, log loss", `${ours}`, `XGBoost ${theirs}`]);
  return markdownTable(["mean accuracy on images not seen", "Trellis", "peer"], rows);
}

function memoryTable(all) {
  const rows = MEMORY.map(([name, id, what]) => {
    const row = rowOf(all[name], id);
    return [what, `${row.ours_peak_mb} MB`, `${peerOf(row.peer)} ${row.peer_peak_mb} MB`, times(row.memory_ratio)];
  });
  return markdownTable(["peak of resident memory", "Trellis", "peer", "ratio"], rows);
}

function foundTable({ rows }) {
  const found = rows.filter((row) => "p_better" in row);
  return markdownTable(
    ["problem", "P(ours is better)", "90 % interval"],
    found.map((row) => [
      row.id,
      row.p_better.toFixed(2),
      `${row.p_better_low.toFixed(2)} to ${row.p_better_high.toFixed(2)}`,
    ]),
  );
}

function persistenceTable(results) {
  const size = (id, what) => {
    const { ours_bytes: ours, peer_bytes: theirs, ratio } = rowOf(results, id);
    return [what, megabytes(ours), megabytes(theirs), times(ratio)];
  };
  const load = (id, what) => {
    const { ours_s: ours, peer_s: theirs, ratio } = rowOf(results, id);
    return [what, duration(ours), duration(theirs), times(ratio)];
  };
  const rows = [
    size("file-size", "a file of 100 trees, 6,000 images"),
    load("load", "loading it"),
    size("file-size-60k", "a file of 100 trees, 60,000 images"),
    load("load-60k", "loading it"),
  ];
  return `${markdownTable(["what", "Trellis", "joblib", "ratio"], rows)}\n\n${provenance(results)}`;
}

function serveTable(results) {
  const models = { svc: "`SVC`", forest: "forest of 100 trees", ensemble: "soft vote of both and boosted trees" };
  const rate = (row, connections, what) => {
    const [ours, theirs] = ["ours", "peer"].map((side) => row[`${side}_rps_c${connections}`]);
    const perSecond = (value) => `${digits(value)} requests/s`;
    return [`${what}, ${connections} connections`, perSecond(ours), perSecond(theirs), times(ours / theirs)];
  };
  const rows = Object.entries(models).flatMap(([id, what]) => {
    const row = rowOf(results, `${id}-p99`);
    const [ours, theirs] = [row.ours_p99_s_fixed, row.peer_p99_s_fixed];
    return [
      rate(row, 10, what),
      rate(row, 50, what),
      [
        `its 99th percentile at ${row.ours_rate_fixed} requests/s`,
        duration(ours),
        duration(theirs),
        times(theirs / ours),
      ],
    ];
  });
  const training = rowOf(results, "predict-while-training");
  const start = rowOf(results, "cold-start");
  const memory = rowOf(results, "idle-memory");
  rows.push(
    ["99th percentile at 100 requests/s while a training has both cores", duration(training.ours_p99_s), "", ""],
    ["from the start of the process to ready", duration(start.ours_s), duration(start.peer_s), times(start.ratio)],
    ["memory before any request", `${digits(memory.ours_mb)} MB`, `${digits(memory.peer_mb)} MB`, times(memory.ratio)],
  );
  return `${markdownTable(["what", "Trellis", "FastAPI", "ratio"], rows)}\n\n${provenance(results)}`;
}

function missedTable(all) {
  const words = Object.fromEntries(WORKERS.map(([name, id, what]) => [`${name} ${id}`, `${what}: a second worker`]));
  const rows = Object.entries(all).flatMap(([name, results]) =>
    results.rows
      .filter(({ id, met }) => !met && !WITHOUT.has(id))
      .map((row) => {
        const what = TIMED[name]?.[row.id] ?? OTHER_GOALS[row.id] ?? words[`${name} ${row.id}`];
        if (what === undefined) throw new Error(`${name} ${row.id} has missed its goal, and has no words here`);
        return [`\`${name}\``, what, times(row[row.goal_of ?? "ratio"]), `${row.goal}`];
      }),
  );
  return markdownTable(["benchmark", "what", "reached", "goal"], rows, 2);
}

export function performanceTables(read) {
  const names = ["forest", "boosting", "svc", "kit", "neural", "request", "tune", "persistence", "serve"];
  const all = Object.fromEntries(names.map((name) => [name, read(`benchmarks/results/${name}.json`)]));
  return {
    ...Object.fromEntries(Object.entries(TIMED).map(([name, words]) => [name, timeTable(all[name], words)])),
    found: foundTable(all.tune),
    persistence: persistenceTable(all.persistence),
    serve: serveTable(all.serve),
    telling: tellingTable(all),
    workers: workersTable(all),
    accuracy: accuracyTable(all),
    memory: memoryTable(all),
    missed: missedTable(all),
    "provenance of request": provenance(all.request),
  };
}

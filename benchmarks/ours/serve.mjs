// Our side of the serving benchmark: fits, publishes, and tells how the example server is started.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBytes, GradientBoostingClassifier, RandomForestClassifier, SVC, VotingClassifier } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { modelStore } from "trellis-learn/node";
import { answerAsTrellis, matrixOf } from "../harness/trellis.mjs";

const server = fileURLToPath(new URL("../../examples/server/dist/main.js", import.meta.url));

const estimators = {
  svc: (params) => new SVC(params),
  forest: (params) => new RandomForestClassifier(params),
  boosting: (params) => new GradientBoostingClassifier(params),
};

function estimatorOf(members) {
  const made = members.map(({ estimator, params }) => [estimator, estimators[estimator](params)]);
  return made.length === 1 ? made[0][1] : new VotingClassifier({ estimators: made, voting: "soft" });
}

await answerAsTrellis(estimators, ({ tables }) => ({
  async prepare({ folder, data, test, models, model }) {
    const store = modelStore(join(folder, "models"));
    const [train, held] = [tables.get(data), tables.get(test)];
    for (const [name, members] of Object.entries(models)) {
      if (await store.current(name)) continue;
      const fitted = await estimatorOf(members).fit(matrixOf(train), train.y);
      await store.publish(name, fitted, { scale: train.scale });
    }
    // The example server is not ready without its model of digits of 8 x 8 pixels.
    if (!(await store.current("digits"))) {
      const { X, y } = loadDigits();
      await store.publish("digits", await new RandomForestClassifier({ nEstimators: 200, randomState: 42 }).fit(X, y));
    }
    const { version } = await store.current(model);
    const published = await fromBytes(await store.read(model, version));
    return { accuracy: await published.score(matrixOf(held), held.y) };
  },
  async service({ folder, model, port }) {
    // The model that predicts where a request does not ask for the ensemble.
    await writeFile(join(folder, "best_parameters.json"), JSON.stringify({ best_model: { name: model } }));
    return {
      command: [process.execPath, server],
      env: { STATE_DIR: folder, PORT: String(port), NODE_ENV: "production" },
      ready: "/v2/health/ready",
    };
  },
}));

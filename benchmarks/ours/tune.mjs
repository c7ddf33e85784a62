// Our side of the tune benchmark.
import { choice, float, int, RandomForestClassifier, SVC, TpeTuner } from "trellis-learn";
import { createStudy, TpeSampler } from "trellis-learn/tune";
import { median, timesOf } from "../harness/answer.mjs";
import { bullmqOperations } from "../harness/bullmq.mjs";
import { problemOf } from "../harness/problems.mjs";
import { answerAsTrellis, matrixOf } from "../harness/trellis.mjs";

const makers = {
  float: ({ low, high, log, step }) => float(low, high, { log, step }),
  int: ({ low, high, log, step }) => int(low, high, { log, step }),
  choice: ({ choices }) => choice(choices),
};
const spaceOf = (space) =>
  Object.fromEntries(Object.entries(space).map(([name, spec]) => [name, makers[spec.kind](spec)]));
const lowestOf = ({ kind, low, choices }) => (kind === "choice" ? choices[0] : low);

/** The least value that a study of one seed finds. */
async function leastOf(objective, space, trials, randomState) {
  const study = await createStudy({ sampler: new TpeSampler({ randomState }) });
  for (let i = 0; i < trials; i++) {
    const trial = await study.ask(space);
    await study.tell(trial, objective(trial.params));
  }
  return study.bestValue;
}

const estimators = {
  forest: (params) => new RandomForestClassifier(params),
  svc: (params) => new SVC(params),
};

await answerAsTrellis(estimators, (shared) => ({
  ...bullmqOperations(shared),
  async minimise({ space: given, trials, seeds, per = 1, ...problem }) {
    const objective = problemOf(problem);
    const space = spaceOf(given);
    const best = [];
    const [seconds] = await timesOf(1, async () => {
      for (let seed = 0; seed < seeds; seed++) best.push(await leastOf(objective, space, trials, seed));
    });
    const corner = Object.entries(given).map(([name, spec]) => [name, lowestOf(spec)]);
    return { seconds: seconds / per, best, probe: objective(Object.fromEntries(corner)) };
  },
  async tune({ data, space, folds, trials, seeds, ...rest }) {
    const table = shared.tables.get(data);
    const accuracies = [];
    const seconds = await timesOf(seeds, async () => {
      const randomState = accuracies.length;
      const estimator = await shared.estimatorOf({ ...rest, params: { randomState } });
      const tuner = new TpeTuner({
        estimator,
        space: spaceOf(space),
        nTrials: trials,
        cv: folds,
        refit: false,
        randomState,
      });
      await tuner.fit(matrixOf(table), table.y);
      accuracies.push(tuner.bestScore);
    });
    return { seconds: median(seconds), accuracies };
  },
}));

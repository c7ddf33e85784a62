// Our side of the whole training request.
import {
  accuracyScore,
  GradientBoostingClassifier,
  GridSearchCV,
  logLoss,
  RandomForestClassifier,
  recallScore,
  rocAucScore,
  SVC,
  VotingClassifier,
} from "trellis-learn";
import { timesOf } from "../harness/answer.mjs";
import { cnn, fcnn } from "../harness/nets.mjs";
import { answerAsTrellis, matrixOf } from "../harness/trellis.mjs";

const estimators = {
  fcnn,
  boosting: (params) => new GradientBoostingClassifier(params),
  forest: (params) => new RandomForestClassifier(params),
  svc: (params) => new SVC(params),
  cnn,
};

/** How good a model is on images that it has not seen; what that takes is part of the request. */
async function scored(model, { y, ...table }, fitSeconds) {
  let scores = {};
  const [seconds] = await timesOf(1, async () => {
    const X = matrixOf(table);
    const labels = model.classes;
    const [predicted, probabilities] = [await model.predict(X), await model.predictProba(X)];
    scores = {
      accuracy: accuracyScore(y, predicted),
      log_loss: logLoss(y, probabilities, { labels }),
      roc_auc: rocAucScore(y, probabilities, { labels, multiClass: "ovr" }),
      recall: recallScore(y, predicted, { average: "macro" }),
    };
  });
  return { seconds: fitSeconds + seconds, fit_seconds: fitSeconds, ...scores };
}

await answerAsTrellis(estimators, ({ tables, models, estimatorOf }) => ({
  async search({ data, test, model, grid, folds, jobs, ...rest }) {
    const table = tables.get(data);
    const options = { cv: folds, nJobs: jobs, returnTrainScore: true, errorScore: "raise" };
    const search = new GridSearchCV({ estimator: await estimatorOf(rest), paramGrid: grid, ...options });
    const [seconds] = await timesOf(1, () => search.fit(matrixOf(table), table.y));
    models.set(model, search);
    const best = Object.keys(grid).map((name) => search.bestParams[name]);
    return { best_score: search.bestScore, best, ...(await scored(search.bestEstimator, tables.get(test), seconds)) };
  },
  /** The refitted members of the searches vote as they are; nothing is fitted again. */
  async vote({ data, test, members }) {
    const table = tables.get(data);
    const vote = new VotingClassifier({
      estimators: members.map((name) => [name, models.get(name).bestEstimator]),
      voting: "soft",
      prefit: true,
    });
    const [seconds] = await timesOf(1, () => vote.fit(matrixOf(table), table.y));
    return scored(vote, tables.get(test), seconds);
  },
}));

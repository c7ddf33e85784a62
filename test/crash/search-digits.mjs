// A search of 24 candidates on 3 folds, 72 units that share no work, and what it finds.
import { createHash } from "node:crypto";
import { GridSearchCV, inlinePool, RandomForestClassifier, toBytes } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";

export const hash = (text) => createHash("sha256").update(text).digest("hex");

/** All scores, and a hash of the best model's bytes; as it comes out of JSON. */
export async function searchDigits(journal) {
  const { X, y } = loadDigits();
  const rows = Array.from({ length: 600 }, (_, i) => i);
  const search = new GridSearchCV({
    estimator: new RandomForestClassifier({ nEstimators: 16, randomState: 7 }),
    paramGrid: { minSamplesLeaf: [1, 2, 3, 4, 5, 6, 8, 10], maxFeatures: [4, 8, 16] },
    cv: 3,
  });
  const pool = inlinePool();
  const labels = rows.map((row) => y[row]);
  await search.fit(X.take(rows), labels, { journal, pool });
  await pool.close();
  const { columns } = search.cvResults;
  const scores = Object.entries(columns).filter(([name]) => name.includes("test_score"));
  return {
    scores: Object.fromEntries(scores.map(([name, column]) => [name, Array.from(column)])),
    params: columns.params,
    best: search.bestParams,
    model: hash(await toBytes(search.bestEstimator)),
  };
}

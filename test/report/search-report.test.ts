import { describe, expect, it } from "vitest";
import { loadIris } from "../../src/datasets.js";
import {
  GridSearchCV,
  HalvingGridSearchCV,
  inlinePool,
  int,
  RandomForestClassifier,
  RandomForestRegressor,
  RandomizedSearchCV,
  TpeTuner,
} from "../../src/index.js";
import { CvResults } from "../../src/model-selection/cv-results.js";
import { type ReportedSearch, searchReport } from "../../src/report.js";

const { X, y } = loadIris();
const pool = inlinePool();
const forest = new RandomForestClassifier({ nEstimators: 3, randomState: 0 });
const common = { estimator: forest, cv: 2 } as const;
const grid = { maxDepth: [1, 2], minSamplesLeaf: [1, 8] };
const searches = {
  GridSearchCV: new GridSearchCV({ ...common, paramGrid: grid }),
  RandomizedSearchCV: new RandomizedSearchCV({ ...common, paramDistributions: grid, nIter: 3, randomState: 0 }),
  HalvingGridSearchCV: new HalvingGridSearchCV({ ...common, paramGrid: grid, randomState: 0 }),
  TpeTuner: new TpeTuner({ ...common, space: { maxDepth: int(1, 4) }, nTrials: 3, nStartupTrials: 2, randomState: 0 }),
};

/** A search that only answers what one is asked. */
function answers(params: readonly Record<string, unknown>[], scores: readonly number[], best = 0): ReportedSearch {
  const table = { test: Float64Array.from(scores), train: null };
  const cvResults = new CvResults(params, { score: table }, {}, 1, null);
  return { cvResults, bestIndex: best, bestScore: scores[best]!, bestParams: params[best]!, params: { refit: false } };
}

const rowsOf = (page: string) =>
  [...page.matchAll(/<tr(?: class="best")?><td[^>]*>(.*?)<\/tr>/g)].map(([, row]) => row!);
const picturesOf = (page: string) =>
  [...page.matchAll(/alt="([^"]*)" src="data:image\/svg\+xml;base64,([^"]*)"/g)].map(([, alt, data]) => {
    return { alt: alt!, svg: Buffer.from(data!, "base64").toString() };
  });

describe("searchReport", () => {
  it.each(Object.entries(searches))("puts what a %s found onto one page.", async (name, search) => {
    await search.fit(X, y, { pool });
    const page = await searchReport(search, { test: { X, y }, pool });
    expect(page).toContain(`<h1>${name} of RandomForestClassifier</h1>`);
    expect(rowsOf(page)).toHaveLength(search.cvResults.length);
    expect(page.match(/<tr class="best">/g)).toHaveLength(1);
    for (const [path, value] of Object.entries(search.bestParams)) {
      expect(page).toContain(`<dt>${path}</dt><dd>${value}</dd>`);
    }
    const titles = picturesOf(page).map(({ alt }) => alt.split(":")[0]);
    expect(titles).toEqual(
      expect.arrayContaining(["Confusion matrix", "ROC curve", "Precision-recall curve", "Reliability diagram"]),
    );
    expect(titles).toContain("Feature importances");
    for (const { svg } of picturesOf(page)) expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("needs nothing but itself: no script, no address, and a policy that forbids both.", async () => {
    const page = await searchReport(searches.GridSearchCV, { test: { X, y }, pool });
    expect(page).not.toMatch(/<script|<link|<iframe|\son\w+=|url\(/i);
    expect([...page.matchAll(/(?:src|href)="(?!data:image)/g)]).toEqual([]);
    expect(page).toContain(`content="default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;"`);
    expect(await searchReport(searches.GridSearchCV, { test: { X, y }, pool })).toBe(page);
  });

  it("takes names and values for text, whatever they hold.", async () => {
    const hostile = "<img src=x onerror=alert(1)>\"'&";
    const search = answers([{ [hostile]: hostile }, { [hostile]: "b" }], [0.5, 0.4]);
    const page = await searchReport(search, { title: hostile });
    expect(page).not.toContain("<img src=x");
    expect(page).toContain("<h1>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;</h1>");
    for (const { svg } of picturesOf(page)) expect(svg).not.toContain("<img");
  });

  it("ranks candidates, those that failed last.", async () => {
    const page = await searchReport(answers([{ C: 1 }, { C: 2 }, { C: 3 }], [0.7, Number.NaN, 0.9], 2));
    const rows = rowsOf(page).map((row) => row.replace(/<[^>]*>/g, "|"));
    expect(rows.map((row) => row.match(/[123](?=\|$)/)?.[0])).toEqual(["3", "1", "2"]);
    expect(rows[2]).toContain("failed");
  });

  it("makes a page of one candidate, without pictures that have nothing to show.", async () => {
    const page = await searchReport(answers([{}], [0.7]));
    expect(rowsOf(page)).toHaveLength(1);
    expect(picturesOf(page)).toEqual([]);
    expect(page).toContain("None was searched.");
  });

  it("folds away what is behind the first 25, and leaves out what is behind the first 1,000.", async () => {
    const params = Array.from({ length: 1100 }, (_, C) => ({ C }));
    const page = await searchReport(
      answers(
        params,
        params.map(({ C }) => C % 97),
      ),
    );
    expect(rowsOf(page)).toHaveLength(1000);
    expect(page).toContain("<summary>975 more candidates</summary>");
    expect(page).toContain("100 more candidates are not shown.");
    expect(page.length).toBeLessThan(2_000_000);
  });

  it("judges a regressor by its errors, names the scorer that decided, and shows images that were misread.", async () => {
    const scoring = ["r2", "neg_mean_absolute_error"] as const;
    const search = new GridSearchCV({
      estimator: new RandomForestRegressor({ nEstimators: 2, randomState: 0 }),
      paramGrid: { maxDepth: [1, 2] },
      cv: 2,
      scoring: [...scoring],
      refit: "neg_mean_absolute_error",
      returnTrainScore: true,
    });
    const target = Float64Array.from(y as ArrayLike<number>);
    await search.fit(X, target, { pool });
    const page = await searchReport(search, { test: { X, y: target }, pool });
    expect(page).toContain("<dt>R² on test rows</dt>");
    expect(page).toContain("<dt>best mean neg_mean_absolute_error over folds</dt>");
    expect(page).toMatch(/<th[^>]*><\/th><th[^>]*>neg_mean_absolute_error<\/th>/);
    const images = await searchReport(searches.GridSearchCV, { test: { X, y, shape: [2, 2] }, pool });
    expect(picturesOf(images).map(({ alt }) => alt.split(":")[0])).toContain("Worst mistakes");
  });

  it("refuses test rows where there is no best estimator.", async () => {
    await expect(searchReport(answers([{ C: 1 }], [1]), { test: { X, y } })).rejects.toThrow(
      "test of searchReport needs a search with refit",
    );
  });
});

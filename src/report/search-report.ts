import { InvalidParameterError } from "../core/errors.js";
import type { RunOptions } from "../core/estimator.js";
import type { StopReason } from "../model-selection/events.js";
import { candidatesTable } from "./candidates-table.js";
import { candidatesOf, type FinishedSearch } from "./finished-search.js";
import { type Html, html } from "./html.js";
import { type Figure, gallery, type Picture, page, type Section } from "./page.js";
import { picturesOfModel, picturesOfSearch } from "./search-pictures.js";
import { type TestedModel, type TestRows, testPart } from "./test-part.js";
import { valueText } from "./value-text.js";
import { written } from "./written.js";

/** A search that a page can be made of: GridSearchCV, RandomizedSearchCV, HalvingGridSearchCV, TpeTuner, and the like. */
export interface ReportedSearch extends FinishedSearch {
  readonly definition?: { readonly name: string };
  /** The best candidate, fitted on all rows. Not asked for where `refit` is false. */
  readonly bestEstimator?: unknown;
  readonly nSplits?: number;
  readonly stopReason?: StopReason | null;
  /** Seconds. */
  readonly totalTime?: number | null;
  /** Seconds. */
  readonly refitTime?: number | null;
}

export interface SearchReportOptions extends RunOptions {
  /** Default: the names of the search and of what it searched. */
  readonly title?: string;
  /** Rows that took no part in the search: the best candidate is judged by them. Default: none. */
  readonly test?: TestRows;
  /** Names of the columns of X, for their importances. Default: their numbers. */
  readonly featureNames?: readonly string[];
}

/**
 * What a search found, as one page of HTML that needs nothing but itself: no network, no script, no other file. It has the best
 * parameters, the figures and the pictures of the search, what test rows show of its best candidate, and the table of
 * candidates.
 *
 * @param search a fitted search
 * @throws InvalidParameterError for test rows where the search was not refitted; MissingPackageError if echarts is not
 * installed; what the prediction of test rows throws
 */
export async function searchReport(search: ReportedSearch, options: SearchReportOptions = {}): Promise<string> {
  const { title = titleOf(search), test, featureNames, ...run } = options;
  const best = search.params.refit === false ? null : search.bestEstimator;
  if (test !== undefined && !canPredict(best)) {
    throw new InvalidParameterError(
      "test of searchReport needs a search with refit, which has a best estimator",
      "test",
    );
  }
  const tested = test === undefined ? null : await testPart(best as TestedModel, test, run);
  const ofModel = await picturesOfModel(best, featureNames, test?.shape);
  const pictures = (name: string, shown: readonly Picture[]): Section[] =>
    shown.length === 0 ? [] : [{ title: name, content: gallery(shown) }];
  const sections = [
    { title: "Best parameters", content: parameters(search) },
    ...pictures("On the test rows", tested?.pictures ?? []),
    ...pictures("The search", await picturesOfSearch(search)),
    ...pictures("The best model", ofModel),
    { title: "Candidates", content: candidatesTable(search) },
  ];
  return page(title, leadOf(search), [...figuresOf(search), ...(tested?.figures ?? [])], sections);
}

function canPredict(model: unknown): model is TestedModel {
  return typeof model === "object" && model !== null && "predict" in model;
}

function titleOf({ definition, params }: ReportedSearch): string {
  const of = params.estimator?.definition.name;
  return `${definition?.name ?? "Search"}${of === undefined ? "" : ` of ${of}`}`;
}

/** "27 candidates, 3 folds; stopped by its timeout". */
function leadOf({ cvResults, nSplits, stopReason = null }: ReportedSearch): string {
  const count = (value: number, noun: string) => `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
  const folds = nSplits === undefined ? [] : [count(nSplits, "fold")];
  const stopped = stopReason === null ? "" : `; stopped before its end (${stopReason})`;
  return `${[count(cvResults.length, "candidate"), ...folds].join(", ")}${stopped}`;
}

function figuresOf(search: ReportedSearch): Figure[] {
  const { bestScore, totalTime = null, refitTime = null } = search;
  const { scoreName } = candidatesOf(search);
  const name = `best mean ${scoreName === "score" ? "score" : scoreName} over folds`;
  const seconds = (what: string, time: number | null) =>
    time === null ? [] : [{ name: what, value: `${written(time, 3)} s` }];
  return [
    { name, value: written(bestScore) },
    ...seconds("whole search", totalTime),
    ...(search.params.refit === false ? [] : seconds("refit on all rows", refitTime)),
  ];
}

function parameters({ bestParams }: ReportedSearch): Html {
  const entries = Object.entries(bestParams);
  if (entries.length === 0) return html`<p>None was searched.</p>`;
  const pairs = entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${valueText(value)}</dd></div>`);
  return html`<dl class="params card">${pairs}</dl>`;
}

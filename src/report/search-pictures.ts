import { featureImportancesPicture } from "./feature-importances-picture.js";
import { candidatesOf, type FinishedSearch } from "./finished-search.js";
import { learningCurvePicture } from "./learning-curve-picture.js";
import { optimizationHistoryPicture } from "./optimization-history-picture.js";
import type { Picture } from "./page.js";
import { parallelCoordinatesPicture } from "./parallel-coordinates-picture.js";
import { parameterImportancesPicture } from "./parameter-importances-picture.js";
import { slicePicture } from "./slice-picture.js";
import { tuningOf } from "./tuning.js";
import type { ImageShape } from "./worst-mistakes-picture.js";

/** More points than that are a picture of megabytes. */
const MOST_DRAWN = 2000;

/** How a search came on and what mattered; none for a single candidate or without parameters. */
export async function picturesOfSearch(search: FinishedSearch): Promise<Picture[]> {
  const { scoreName } = candidatesOf(search);
  const { direction, trials } = tuningOf(search);
  const drawn = { direction, trials: trials.slice(-MOST_DRAWN) };
  const valueName = scoreName === "score" ? "Mean score over folds" : `Mean ${scoreName} over folds`;
  const complete = drawn.trials.filter(({ state, value }) => state === "complete" && Number.isFinite(value));
  if (complete.length < 2 || complete.every(({ internals }) => internals.size === 0)) return [];
  return [
    { svg: await optimizationHistoryPicture(drawn, { valueName, title: "Scores as they came" }) },
    { svg: await parameterImportancesPicture(drawn) },
    { svg: await parallelCoordinatesPicture(drawn, { valueName: "score", title: "Candidates" }) },
    { svg: await slicePicture(drawn, { valueName, title: "Scores by parameter" }) },
  ];
}

/** What a fitted model shows of itself: how it learnt, and what its features matter. */
export async function picturesOfModel(
  model: unknown,
  names: readonly string[] | undefined,
  shape: ImageShape | undefined,
): Promise<Picture[]> {
  const { history, featureImportances } = facts(model);
  const pictures: Picture[] = [];
  if (history !== undefined) pictures.push({ svg: await learningCurvePicture(history) });
  if (featureImportances !== undefined) {
    const isGrey = shape !== undefined && (shape[2] ?? 1) === 1;
    const options = { ...(names !== undefined && { names }), ...(isGrey && { shape: [shape[0], shape[1]] as const }) };
    pictures.push({ svg: await featureImportancesPicture(featureImportances, options) });
  }
  return pictures;
}

interface ModelFacts {
  readonly history?: Readonly<Record<string, ArrayLike<number>>>;
  readonly featureImportances?: ArrayLike<number>;
}

function facts(model: unknown): ModelFacts {
  return typeof model === "object" && model !== null ? model : {};
}

import { rocAucScore } from "../metrics/roc-auc-score.js";
import { rocCurve } from "../metrics/roc-curve.js";
import { type Curve, curvesOf, firstFrom, type Point } from "./curves.js";
import { drawCurves } from "./draw-curves.js";
import { oneAgainstRest, type Ranking } from "./one-against-rest.js";
import type { ScoredRows } from "./scored-rows.js";

export interface CurvePictureOptions extends ScoredRows {
  /** Default: what the picture shows. */
  readonly title?: string;
  /** A smaller line below the title; "" for none. Default: the area below the curve, or the mean of the areas. */
  readonly subtitle?: string;
}

/**
 * Draws the receiver operating characteristic: how many positive rows are found at the price of how many false alarms. For two
 * classes the curve of the second one; for more a curve for each class against the rest, with the micro average (every class of
 * every row is a question of its own) and the macro average (the mean of the curves). A class without rows in yTrue has no
 * curve. SVG text, the same for the same input.
 *
 * @throws InvalidDataError for scores that do not fit yTrue or are not finite, and where all rows are of one class;
 * MissingPackageError if echarts is not installed
 */
export async function rocCurvePicture(options: CurvePictureOptions): Promise<string> {
  const question = oneAgainstRest(options, "rocCurvePicture");
  const { title = "ROC curve", subtitle } = options;
  return drawCurves(curvesOf(question, curveOf, heightAt), {
    title,
    subtitle,
    xName: "False positive rate",
    yName: "True positive rate",
    areaName: "AUC",
    step: false,
    chance: [0, 1],
    unjudged: question.unjudged,
  });
}

function curveOf({ name, truth, score }: Ranking): Curve {
  const { fpr, tpr } = rocCurve(truth, score);
  return { name, points: fpr.map((x, i) => [x, tpr[i]!]), area: rocAucScore(truth, score) };
}

/** On the line between two points; where the curve is upright, its upper end. */
function heightAt(points: readonly Point[], x: number): number {
  let i = firstFrom(points, x);
  while (points[i + 1]?.[0] === x) i++;
  const [right, height] = points[i]!;
  if (right === x) return height;
  const [left, before] = points[i - 1]!;
  return before + ((height - before) * (x - left)) / (right - left);
}

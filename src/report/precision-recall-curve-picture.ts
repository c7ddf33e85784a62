import { averagePrecisionScore } from "../metrics/average-precision-score.js";
import { precisionRecallCurve } from "../metrics/precision-recall-curve.js";
import { type Curve, curvesOf, firstFrom, type Point } from "./curves.js";
import { drawCurves } from "./draw-curves.js";
import { oneAgainstRest, type Ranking } from "./one-against-rest.js";
import type { CurvePictureOptions } from "./roc-curve-picture.js";

/**
 * Draws precision over recall: which share of what is taken for positive is so, if so many of the positive rows are to be
 * found. For two classes the curve of the second one; for more a curve for each class against the rest, with the micro average
 * (every class of every row is a question of its own) and the macro average (the mean of the curves). The area below a curve
 * is its average precision (AP). A class without rows in yTrue has no curve. SVG text, the same for the same input.
 *
 * @throws InvalidDataError for scores that do not fit yTrue or are not finite, and where all rows are of one class;
 * MissingPackageError if echarts is not installed
 */
export async function precisionRecallCurvePicture(options: CurvePictureOptions): Promise<string> {
  const question = oneAgainstRest(options, "precisionRecallCurvePicture");
  const { title = "Precision-recall curve", subtitle } = options;
  const { truth } = question.pooled ?? question.rankings[0]!;
  const prevalence = truth.reduce((sum, is) => sum + is, 0) / truth.length;
  return drawCurves(curvesOf(question, curveOf, heightAt), {
    title,
    subtitle,
    xName: "Recall",
    yName: "Precision",
    areaName: "AP",
    step: "start",
    chance: [prevalence, prevalence],
    unjudged: question.unjudged,
  });
}

function curveOf({ name, truth, score }: Ranking): Curve {
  const { precision, recall } = precisionRecallCurve(truth, score);
  const points = recall.map((x, i): Point => [x, precision[i]!]).reverse();
  return { name, points, area: averagePrecisionScore(truth, score) };
}

/** Level from each point back to the one before it, as average precision counts it. */
function heightAt(points: readonly Point[], x: number): number {
  return points[firstFrom(points, x)]![1];
}

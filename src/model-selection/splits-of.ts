import type { Target } from "../core/target.js";
import { type CvLike, checkCv, listSplits } from "../split/check-cv.js";
import type { Split } from "../split/splitter.js";

/** The splits that a `cv` parameter means for these targets, checked. */
export function splitsOf(cv: CvLike, y: Target): Split[] {
  const values = y.kind === "none" ? null : y.toArray();
  return listSplits(checkCv(cv, values, y.kind === "labels"), y.length, values);
}

// Our side of the boosting benchmarks.
import { GradientBoostingClassifier } from "trellis-learn";
import { answerAsTrellis } from "../harness/trellis.mjs";

await answerAsTrellis({ boosting: (params) => new GradientBoostingClassifier(params) });

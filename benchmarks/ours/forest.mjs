// Our side of the forest benchmarks.
import { DecisionTreeClassifier, RandomForestClassifier } from "trellis-learn";
import { answerAsTrellis } from "../harness/trellis.mjs";

await answerAsTrellis({
  forest: (params) => new RandomForestClassifier(params),
  tree: (params) => new DecisionTreeClassifier(params),
});

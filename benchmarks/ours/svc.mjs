// Our side of the svc benchmarks.
import { LinearSVC, SVC, SVR } from "trellis-learn";
import { answerAsTrellis } from "../harness/trellis.mjs";

await answerAsTrellis({
  svc: (params) => new SVC(params),
  svr: (params) => new SVR(params),
  linearSvc: (params) => new LinearSVC(params),
});

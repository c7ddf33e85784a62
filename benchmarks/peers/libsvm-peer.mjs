// The side of libsvm-js: LIBSVM 3.22 as WebAssembly.
import { createRequire } from "node:module";
import { answerAsPeer } from "./side.mjs";

const SVM = await createRequire(import.meta.url)("libsvm-js");

const svc = ({ C, gamma, probability = false }) =>
  new SVM({
    type: SVM.SVM_TYPES.C_SVC,
    kernel: SVM.KERNEL_TYPES.RBF,
    cost: C,
    gamma,
    probabilityEstimates: probability,
    cacheSize: 200,
    quiet: true,
  });

await answerAsPeer({
  estimators: { svc },
  packages: ["libsvm-js"],
  supportVectors: (model) => model.getSVIndices().length,
});

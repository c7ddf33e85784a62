// The side of ml-svm: Platt's simplified SMO in JavaScript, for two classes.
import { createRequire } from "node:module";
import { uniforms } from "../harness/data.mjs";
import { answerAsPeer } from "./side.mjs";

const SVM = createRequire(import.meta.url)("ml-svm");

/** Its kernel is exp(-d^2 / (2 sigma^2)) and its classes are -1 and 1, for 0 and 1. Its whitening divides by 0 where a
 * pixel is the same in all rows, so it is off; the pixels are scaled already. */
class BinarySvc {
  #svm;

  constructor({ C, gamma, tol = 1e-3 }) {
    const kernelOptions = { sigma: Math.sqrt(1 / (2 * gamma)) };
    this.#svm = new SVM({ C, tol, kernel: "rbf", kernelOptions, whitening: false, random: uniforms(1) });
  }

  train(X, y) {
    this.#svm.train(
      X,
      y.map((label) => 2 * label - 1),
    );
  }

  predict(X) {
    return this.#svm.predict(X).map((side) => (side + 1) / 2);
  }

  get supportVectors() {
    return this.#svm.supportVectors().length;
  }
}

await answerAsPeer({
  estimators: { svc: (params) => new BinarySvc(params) },
  packages: ["ml-svm"],
  supportVectors: (model) => model.supportVectors,
});

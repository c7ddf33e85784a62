/** The families of kernels. Each is a chunk of its own, so that a page fetches the code of a family when it first needs it. */
import type { KernelModule } from "./kernel.js";
import { relaxedSimdWorks } from "./relaxed-simd.js";

export const tree: KernelModule = {
  name: "tree",
  load: async () => (await import("./generated/tree.js")).tree,
};

export const linalg: KernelModule = {
  name: "linalg",
  load: async () => (await import("./generated/linalg.js")).linalg,
};

export const linear: KernelModule = {
  name: "linear",
  load: async () => (await import("./generated/linear.js")).linear,
};

export const boosting: KernelModule = {
  name: "boosting",
  load: async () => (await import("./generated/boosting.js")).boosting,
};

export const svm: KernelModule = {
  name: "svm",
  load: async () => (await import("./generated/svm.js")).svm,
};

export const neighbors: KernelModule = {
  name: "neighbors",
  load: async () => (await import("./generated/neighbors.js")).neighbors,
};

export const neural: KernelModule = {
  name: "neural",
  load: async (build) =>
    build === "fast" && relaxedSimdWorks()
      ? (await import("./generated/neural-relaxed.js")).neuralRelaxed
      : (await import("./generated/neural.js")).neural,
};

export const tpe: KernelModule = {
  name: "tpe",
  load: async () => (await import("./generated/tpe.js")).tpe,
};

import type { Pruner, PrunerVerdict } from "./pruner.js";

/** Never prunes. */
export class NopPruner implements Pruner {
  judge(): PrunerVerdict {
    return { prune: false };
  }
}

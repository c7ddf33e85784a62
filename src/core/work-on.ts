import type { RunContext } from "./estimator.js";
import type { Matrix } from "./matrix.js";
import { Workspace } from "./workspace.js";

/** Work on a table Z that was made of X: what is shared on its account is let go with it. */
export async function* workOn<C extends RunContext, Item>(
  ctx: C,
  X: Matrix,
  Z: Matrix,
  work: (ctx: C) => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  if (Z.root === X.root) {
    yield* work(ctx);
    return;
  }
  const workspace = new Workspace();
  try {
    yield* work({ ...ctx, workspace });
  } finally {
    workspace.close();
  }
}

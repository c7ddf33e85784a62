/** What `walkBoosted` must compute, bit for bit: every row walks every tree. */

export type Tree =
  | { readonly value: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly defaultLeft: boolean;
      readonly left: Tree;
      readonly right: Tree;
    };

export function leafOf(tree: Tree, row: readonly number[]): number {
  if ("value" in tree) return tree.value;
  const value = row[tree.feature]!;
  const goesLeft = Number.isNaN(value) ? tree.defaultLeft : Math.fround(value) < tree.threshold;
  return leafOf(goesLeft ? tree.left : tree.right, row);
}

/** margins[outputs][rows], to which the trees are added in f32. */
export function walkBoosted(
  trees: readonly Tree[],
  X: readonly (readonly number[])[],
  margins: readonly (readonly number[])[],
): number[][] {
  return margins.map((ofOutput, k) =>
    ofOutput.map((margin, row) => {
      let sum = margin;
      trees.forEach((tree, t) => {
        if (t % margins.length === k) sum = Math.fround(sum + leafOf(tree, X[row]!));
      });
      return sum;
    }),
  );
}

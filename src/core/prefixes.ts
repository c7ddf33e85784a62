/** Lists of which each is the longest one or a beginning of it. */
export interface Chain {
  /** Index of the longest. */
  readonly longest: number;
  /** The indices of all lists of a length, by length, ascending. */
  readonly members: ReadonlyMap<number, readonly number[]>;
}

/**
 * Puts lists together that begin with the very same objects, so that what is summed along the longest passes by the
 * results of all. `mayJoin` says whether two lists may share a chain at all.
 */
export function chainsOf(
  lists: readonly (readonly object[])[],
  mayJoin: (one: number, other: number) => boolean,
): Chain[] {
  const chains: { longest: number; members: Map<number, number[]> }[] = [];
  const order = [...lists.keys()].sort((a, b) => lists[b]!.length - lists[a]!.length);
  for (const i of order) {
    const list = lists[i]!;
    const begins = (longest: readonly object[]) => list.every((item, at) => item === longest[at]);
    let chain = chains.find(({ longest }) => mayJoin(i, longest) && begins(lists[longest]!));
    if (chain === undefined) chains.push((chain = { longest: i, members: new Map() }));
    const alike = chain.members.get(list.length);
    if (alike === undefined) chain.members.set(list.length, [i]);
    else alike.push(i);
  }
  return chains.map(({ longest, members }) => ({ longest, members: new Map([...members].reverse()) }));
}

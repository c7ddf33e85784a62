/** The known name that the fewest edits turn `name` into, where those are at most half of its letters. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = name.length / 2;
  for (const candidate of known) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits <= fewest && (nearest === undefined || edits < fewest)) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

/** Levenshtein distance by the usual table, one row at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, above[j]! + 1, current[j - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}

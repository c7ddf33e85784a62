import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainsOf } from "../../src/core/prefixes.js";

const [a, b, c, d] = [{ is: "a" }, { is: "b" }, { is: "c" }, { is: "d" }];

describe("chainsOf", () => {
  it("puts each list with the first chain whose longest list begins with it, shorter ones first.", () => {
    const chains = chainsOf([[a], [a, b, c], [d, a], [a, b], [a], [d, a]], () => true);
    expect(chains).toEqual([
      {
        longest: 1,
        members: new Map([
          [1, [0, 4]],
          [2, [3]],
          [3, [1]],
        ]),
      },
      { longest: 2, members: new Map([[2, [2, 5]]]) },
    ]);
    expect([...chains[0]!.members.keys()]).toEqual([1, 2, 3]);
  });

  it("goes by identity, and keeps lists apart that may not join.", () => {
    expect(chainsOf([[{ is: "a" }], [{ is: "a" }]], () => true)).toHaveLength(2);
    expect(chainsOf([[a], [a]], () => false)).toHaveLength(2);
    expect(chainsOf([], () => true)).toEqual([]);
  });

  it("has every list once, in a chain that begins with it.", () => {
    const item = fc.constantFrom(a, b);
    fc.assert(
      fc.property(fc.array(fc.array(item, { maxLength: 4 }), { maxLength: 12 }), (lists) => {
        const seen: number[] = [];
        for (const { longest, members } of chainsOf(lists, () => true)) {
          for (const [length, indices] of members) {
            for (const i of indices) {
              seen.push(i);
              expect(lists[i]).toEqual(lists[longest]!.slice(0, length));
            }
          }
        }
        expect(seen.sort((x, y) => x - y)).toEqual([...lists.keys()]);
      }),
    );
  });
});

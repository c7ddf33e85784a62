import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arithmeticHere } from "../../src/bullmq/arithmetic.js";
import { ByteCache } from "../../src/bullmq/byte-cache.js";
import { PIECE_BYTES, piecesOf } from "../../src/bullmq/content.js";
import { KnownRanges } from "../../src/bullmq/known-ranges.js";
import { type RemoteCall, readAnswer, readCall, writeCall } from "../../src/bullmq/messages.js";
import { ARENA_BASE } from "../../src/kernels/kernel.js";
import { relaxedSimdWorks } from "../../src/kernels/relaxed-simd.js";

const hash = "0123456789abcdef".repeat(4);
const call: RemoteCall = {
  run: "00000000-0000-4000-8000-000000000000",
  call: 3,
  arithmetic: null,
  code: { hash, bytes: 1000 },
  kernel: "growTree",
  args: [1, 2.5],
  pages: 20,
  pieces: [
    { offset: ARENA_BASE, bytes: 64, content: { hash } },
    { offset: ARENA_BASE + 64, bytes: 3, content: { base64: "AQID" } },
  ],
  writes: [{ offset: ARENA_BASE + 128, bytes: 8 }],
  scratch: [{ offset: 20 * 65536 - 8, bytes: 8 }],
};
const asJson = (value: object) => JSON.parse(JSON.stringify(value));

describe("A call", () => {
  it("comes out of JSON as it went in, every bit of its numbers.", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (args) => {
        expect(readCall(asJson(writeCall({ ...call, args })))).toEqual({ ...call, args });
      }),
    );
    expect(readCall(asJson(writeCall({ ...call, args: [-0, Number.NaN] }))).args.map(Object.is.bind(null, -0))).toEqual(
      [true, false],
    );
  });

  it.each<[string, object]>([
    ["of another protocol", { protocol: 2 }],
    ["whose run could name other keys", { run: "*:run:00000000-0000-4000-8000-0000000" }],
    ["with a negative number", { call: -1 }],
    ["of an unknown arithmetic", { arithmetic: "exact" }],
    ["whose code is too large", { code: { hash, bytes: PIECE_BYTES + 1 } }],
    ["whose code has no hash", { code: { hash: "../etc", bytes: 1 } }],
    ["of a kernel that is no name", { kernel: "__proto__.x" }],
    ["with arguments of 7 bytes", { args: "AAAAAAAAAA==" }],
    ["that wants more than 4 GiB", { pages: 65537 }],
    ["that writes beyond its memory", { writes: [{ offset: 20 * 65536 - 7, bytes: 8 }] }],
    ["that writes below the arena", { writes: [{ offset: ARENA_BASE - 64, bytes: 8 }] }],
    ["with a piece beyond its memory", { pieces: [{ offset: ARENA_BASE, bytes: 2 ** 31, content: { hash } }] }],
    ["with a fraction of a byte", { scratch: [{ offset: ARENA_BASE, bytes: 0.5 }] }],
    ["with a piece without content", { pieces: [{ offset: ARENA_BASE, bytes: 1 }] }],
    ["with writes that are no list", { writes: "all" }],
  ])("%s is refused.", (_, wrong) => {
    expect(() => readCall({ ...asJson(writeCall(call)), ...wrong })).toThrow();
  });

  it("that is none is refused.", () => {
    for (const nothing of [null, 3, "call", undefined])
      expect(() => readCall(nothing)).toThrow("an object was expected");
  });
});

describe("An answer", () => {
  it.each(["", "[]", "null", '{"kind":"maybe"}', '{"kind":"done"}', '{"kind":"done","contents":[{"hash":7}]}'])(
    "%s is refused.",
    (json) => {
      expect(() => readAnswer(json)).toThrow();
    },
  );

  it("is read if it is one.", () => {
    const answer = { kind: "done", contents: [{ hash }, { base64: "" }] } as const;
    expect(readAnswer(JSON.stringify(answer))).toEqual(answer);
    expect(readAnswer('{"kind":"failed","message":"no"}')).toEqual({ kind: "failed", message: "no" });
  });
});

describe("Known ranges", () => {
  it("are those that nothing was written over since.", () => {
    const range = fc.record({ offset: fc.nat(20), bytes: fc.integer({ min: 1, max: 8 }) });
    const step = fc.record({ range, hash: fc.option(fc.constantFrom("a", "b"), { nil: null }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), range, (steps, asked) => {
        const known = new KnownRanges();
        for (const { range, hash } of steps) hash === null ? known.forget(range) : known.set(range, hash);
        const overlaps = ({ range }: (typeof steps)[number]) =>
          range.offset < asked.offset + asked.bytes && asked.offset < range.offset + range.bytes;
        const last = steps.findLast(overlaps);
        const isThere = last?.hash === "a" && last.range.offset === asked.offset && last.range.bytes === asked.bytes;
        expect(known.holds(asked, "a")).toBe(isThere);
      }),
    );
  });
});

describe("A cache of bytes", () => {
  it("keeps what was used last, within its limit.", () => {
    const cache = new ByteCache(10);
    const bytes = (length: number) => new Uint8Array(length);
    cache.set("a", bytes(4));
    cache.set("b", bytes(4));
    expect(cache.get("a")).toHaveLength(4);
    cache.set("c", bytes(4));
    expect(["a", "b", "c"].map((name) => cache.get(name) !== undefined)).toEqual([true, false, true]);
    cache.set("too large", bytes(11));
    expect(cache.get("too large")).toBeUndefined();
    expect(cache.get("a")).toHaveLength(4);
  });
});

describe("The pieces of a range", () => {
  it("follow each other, none too large, and make the whole.", () => {
    const bytes = 2 * PIECE_BYTES + 5;
    const pieces = [...piecesOf({ offset: 100, bytes })];
    expect(pieces.map((piece) => piece.bytes)).toEqual([PIECE_BYTES, PIECE_BYTES, 5]);
    expect(pieces.map(({ offset }) => offset)).toEqual([100, 100 + PIECE_BYTES, 100 + 2 * PIECE_BYTES]);
    expect([...piecesOf({ offset: 7, bytes: 0 })]).toEqual([]);
  });
});

describe("The arithmetic of this machine", () => {
  it("is one of relaxed SIMD if and only if the engine has it.", async () => {
    expect((await arithmeticHere()) !== "none").toBe(relaxedSimdWorks());
  });
});

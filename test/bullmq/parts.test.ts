import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arithmeticHere } from "../../src/bullmq/arithmetic.js";
import { ByteCache } from "../../src/bullmq/byte-cache.js";
import { PIECE_BYTES, piecesOf } from "../../src/bullmq/content.js";
import { pack } from "../../src/bullmq/envelope.js";
import { KnownRanges } from "../../src/bullmq/known-ranges.js";
import {
  type RemoteAnswer,
  type RemoteCall,
  readAnswers,
  readCalls,
  readJob,
  writeAnswers,
  writeCalls,
  writeJob,
} from "../../src/bullmq/messages.js";
import { type Asked, Outbox } from "../../src/bullmq/outbox.js";
import { ARENA_BASE } from "../../src/kernels/kernel.js";
import { relaxedSimdWorks } from "../../src/kernels/relaxed-simd.js";

const hash = "0123456789abcdef".repeat(4);
const call: RemoteCall = {
  arithmetic: null,
  code: { hash, bytes: 1000 },
  kernel: "growTree",
  args: [1, 2.5],
  pages: 20,
  pieces: [
    { offset: ARENA_BASE, bytes: 64, content: { hash } },
    { offset: ARENA_BASE + 64, bytes: 3, content: { bytes: Uint8Array.of(1, 2, 3) } },
  ],
  writes: [{ offset: ARENA_BASE + 128, bytes: 8 }],
  scratch: [{ offset: 20 * 65536 - 8, bytes: 8 }],
};
/** A call as JSON, with what goes along: two arguments, and three bytes of a piece. */
const asJson = {
  ...call,
  args: 2,
  pieces: call.pieces.map((piece) => ("bytes" in piece.content ? { ...piece, content: { bytes: 3 } } : piece)),
};
const along = [new Uint8Array(16), Uint8Array.of(1, 2, 3)];

describe("Calls", () => {
  it("come out of a message as they went in, every bit of their numbers.", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.double())), (lists) => {
        const calls = lists.map((args) => ({ ...call, args }));
        expect(readCalls(writeCalls(calls)).map(plain)).toEqual(calls);
      }),
    );
    const [read] = readCalls(writeCalls([{ ...call, args: [-0, Number.NaN] }]));
    expect(read?.args.map(Object.is.bind(null, -0))).toEqual([true, false]);
    expect(readCalls(pack([asJson], along)).map(plain)).toEqual([{ ...call, args: [0, 0] }]);
  });

  it.each<[string, object]>([
    ["of an unknown arithmetic", { arithmetic: "exact" }],
    ["whose code is too large", { code: { hash, bytes: PIECE_BYTES + 1 } }],
    ["whose code has no hash", { code: { hash: "../etc", bytes: 1 } }],
    ["of a kernel that is no name", { kernel: "__proto__.x" }],
    ["with more arguments than there are", { args: 3 }],
    ["with half an argument", { args: 0.5 }],
    ["that want more than 4 GiB", { pages: 65537 }],
    ["that write beyond their memory", { writes: [{ offset: 20 * 65536 - 7, bytes: 8 }] }],
    ["that write below the arena", { writes: [{ offset: ARENA_BASE - 64, bytes: 8 }] }],
    ["with a piece beyond their memory", { pieces: [{ offset: ARENA_BASE, bytes: 2 ** 31, content: { hash } }] }],
    ["with a piece of more bytes than there are", { pieces: [{ ...call.pieces[1], content: { bytes: 4 } }] }],
    ["with a fraction of a byte", { scratch: [{ offset: ARENA_BASE, bytes: 0.5 }] }],
    ["with a piece without content", { pieces: [{ offset: ARENA_BASE, bytes: 1 }] }],
    ["with writes that are no list", { writes: "all" }],
  ])("%s are refused.", (_, wrong) => {
    expect(() => readCalls(pack([{ ...asJson, ...wrong }], along))).toThrow();
  });

  it("that are none are refused.", () => {
    for (const nothing of [null, 3, "call", undefined])
      expect(() => readCalls(pack([nothing ?? null], []))).toThrow("an object was expected");
    expect(() => readCalls(pack({}, []))).toThrow("a list was expected");
    expect(() => readCalls(Buffer.from([255, 255, 255, 255, 1]))).toThrow("a message of 5 bytes is too short");
    expect(() => readCalls(Buffer.from([1]))).toThrow("a message of 1 bytes is too short");
  });
});

describe("A job", () => {
  const job = { run: "00000000-0000-4000-8000-000000000000", job: 3 };

  it("is read as it was written.", () => {
    expect(readJob(JSON.parse(JSON.stringify(writeJob(job))))).toEqual(job);
  });

  it.each<[string, unknown]>([
    ["of another protocol", { ...writeJob(job), protocol: 1 }],
    ["whose run could name other keys", { ...writeJob(job), run: "*:run:00000000-0000-4000-8000-0000000" }],
    ["with a negative number", { ...writeJob(job), job: -1 }],
    ["that is no object", null],
  ])("%s is refused.", (_, wrong) => {
    expect(() => readJob(wrong)).toThrow();
  });
});

describe("Answers", () => {
  it.each<[string, unknown]>([
    ["that are no list", {}],
    ["that are nothing", [null]],
    ["of an unknown kind", [{ kind: "maybe" }]],
    ["without contents", [{ kind: "done" }]],
    ["with a hash that is none", [{ kind: "done", contents: [{ hash: 7 }] }]],
    ["with more bytes than there are", [{ kind: "done", contents: [{ bytes: 1 }] }]],
  ])("%s are refused.", (_, wrong) => {
    expect(() => readAnswers(pack(wrong, []))).toThrow();
  });

  it("are read as they were written.", () => {
    const answers: RemoteAnswer[] = [
      { kind: "done", contents: [{ hash }, { bytes: Uint8Array.of(4, 5) }, { bytes: new Uint8Array(0) }] },
      { kind: "failed", message: "no" },
      { kind: "stopped" },
      { kind: "done", contents: [{ bytes: Uint8Array.of(6) }] },
    ];
    expect(readAnswers(writeAnswers(answers)).map(plain)).toEqual(answers);
  });
});

/** With its bytes as plain arrays of bytes: a message gives Buffers. */
function plain<T>(value: T): T {
  if (value instanceof Uint8Array) return new Uint8Array(value) as T;
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)])) as T;
}

describe("An outbox", () => {
  const sentBy = (workers: number) => {
    const sent: (readonly Asked[])[] = [];
    const ends: (() => void)[] = [];
    const send = (calls: readonly Asked[]) => {
      sent.push(calls);
      return new Promise<void>((resolve) => {
        ends.push(() => {
          for (const each of calls) each.resolve({ kind: "failed", message: each.call.kernel });
          resolve();
        });
      });
    };
    return { outbox: new Outbox(workers, send), sent, end: (i: number) => ends[i]!() };
  };
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const never = new AbortController().signal;
  const sizes = (sent: readonly (readonly unknown[])[]) => sent.map((calls) => calls.length);

  it("shares what waits among the jobs that may go out, and sends the rest when one has ended.", async () => {
    const { outbox, sent, end } = sentBy(2);
    const asked = Array.from({ length: 8 }, (_, i) => outbox.ask({ ...call, kernel: `k${i}` }, 1e6, never));
    await turn();
    expect(sizes(sent)).toEqual([2, 2, 2, 2]);
    for (let i = 8; i < 11; i++) asked.push(outbox.ask({ ...call, kernel: `k${i}` }, 1e6, never));
    await turn();
    expect(sent).toHaveLength(4);
    end(1);
    await turn();
    expect(sizes(sent)).toEqual([2, 2, 2, 2, 3]);
    for (const i of [0, 2, 3, 4]) end(i);
    expect(await Promise.all(asked)).toEqual(asked.map((_, i) => ({ kind: "failed", message: `k${i}` })));
  });

  it("sends little work in one job, but dear calls all the same.", async () => {
    const { outbox, sent, end } = sentBy(1);
    for (const cost of [1e12, 1e6, 1e6, 2e7, 2e7, 1e12]) void outbox.ask(call, cost, never);
    await turn();
    for (const i of [0, 1]) end(i);
    await turn();
    expect(sent.map((calls) => calls.map(({ cost }) => cost))).toEqual([[1e12], [1e6, 1e6, 2e7], [2e7], [1e12]]);
  });

  it("lets go of calls that are aborted before they go out.", async () => {
    const { outbox, sent } = sentBy(1);
    const stop = new AbortController();
    const dropped = outbox.ask(call, 1, stop.signal);
    void outbox.ask(call, 1, never);
    stop.abort();
    expect(await dropped).toEqual({ kind: "stopped" });
    expect(await outbox.ask(call, 1, AbortSignal.abort())).toEqual({ kind: "stopped" });
    await turn();
    expect(sizes(sent)).toEqual([1]);
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

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../src/core/errors.js";
import { ARENA_BASE } from "../../src/kernels/kernel.js";
import { InlinePool } from "../../src/parallel/inline-pool.js";
import { Linker } from "../../src/parallel/linker.js";
import { type Block, Memory, type Scope } from "../../src/parallel/memory.js";
import { probe } from "./probe.js";

describe("a memory", () => {
  it("begins above the static data of the modules and grows when it must.", () => {
    const memory = new Memory(false);
    expect(memory.scope().alloc(1).offset).toBe(ARENA_BASE);
    const before = memory.wasm.buffer.byteLength;
    const block = memory.scope().alloc(3 * before);
    expect(memory.wasm.buffer.byteLength).toBeGreaterThanOrEqual(block.offset + block.bytes);
    expect(memory.u8(block).length).toBe(3 * before);
  });

  it("can be shared or private, with a limit of 4 GiB where the platform allows it.", () => {
    expect(new Memory(true).wasm.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(new Memory(false).wasm.buffer).toBeInstanceOf(ArrayBuffer);
    expect(new Memory(true).limit).toBe(2 ** 32);
    expect(new Memory(false, 100).limit).toBe(100 * 65536);
  });

  it("takes what the platform gives when it refuses 4 GiB.", () => {
    const { Memory: WasmMemory } = WebAssembly;
    WebAssembly.Memory = class extends WasmMemory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.maximum! > 16384) throw new RangeError("could not allocate memory");
        super(descriptor);
      }
    };
    try {
      expect(new Memory(true).limit).toBe(2 ** 30);
    } finally {
      WebAssembly.Memory = WasmMemory;
    }
  });

  it("gives views of every kind that hold what was placed.", () => {
    const memory = new Memory(true);
    const scope = memory.scope();
    expect([...memory.f64(scope.place(new Float64Array([0.1, -2])))]).toEqual([0.1, -2]);
    expect([...memory.f32(scope.place(new Float32Array([0.5, -2])))]).toEqual([0.5, -2]);
    expect([...memory.i32(scope.place(new Int32Array([7, -2])))]).toEqual([7, -2]);
    expect([...memory.u32(scope.place(new Uint32Array([7, 2 ** 32 - 1])))]).toEqual([7, 2 ** 32 - 1]);
    expect([...memory.u16(scope.place(new Uint16Array([7, 65535])))]).toEqual([7, 65535]);
    expect([...memory.u8(scope.place(new Uint8Array([7, 255, 3]).subarray(1)))]).toEqual([255, 3]);
    expect([...memory.u64(scope.place(new BigUint64Array([2n ** 64n - 1n])))]).toEqual([2n ** 64n - 1n]);
  });

  it("reuses freed blocks, joined with their free neighbours.", () => {
    const memory = new Memory(false);
    const [a, b, c, d] = [1, 2, 3, 4].map(() => memory.scope()) as [Scope, Scope, Scope, Scope];
    const blocks = [a, b, c, d].map((scope) => scope.alloc(1000));
    a.free();
    c.free();
    b.free(); // Now 0..3071 is one gap.
    const joined = d.alloc(3000);
    expect(joined.offset).toBe(blocks[0]!.offset);
    d.free();
    expect(memory.used).toBe(0);
    expect(memory.scope().alloc(100_000).offset).toBe(ARENA_BASE);
  });

  it("zeroes a reused block when asked to.", () => {
    const memory = new Memory(false);
    const scope = memory.scope();
    memory.u8(scope.alloc(100)).fill(9);
    scope.free();
    expect(memory.u8(memory.scope().zeros(100)).every((byte) => byte === 0)).toBe(true);
  });

  it("never hands out overlapping or misaligned blocks, and gets all bytes back.", () => {
    const step = fc.record({
      scope: fc.nat(3),
      bytes: fc.nat(5000),
      align: fc.constantFrom(16, 64, 4096),
      free: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new Memory(false, 1000);
        const scopes = [0, 1, 2, 3].map(() => ({ scope: memory.scope(), blocks: [] as Block[] }));
        for (const { scope: i, bytes, align, free } of steps) {
          if (free === 0) {
            scopes[i]!.scope.free();
            scopes[i] = { scope: memory.scope(), blocks: [] };
            continue;
          }
          const block = scopes[i]!.scope.alloc(bytes, align);
          expect(block.offset % align).toBe(0);
          for (const other of scopes.flatMap((s) => s.blocks)) {
            expect(block.offset >= other.offset + other.bytes || other.offset >= block.offset + block.bytes).toBe(true);
          }
          scopes[i]!.blocks.push(block);
        }
        for (const { scope } of scopes) scope.free();
        expect(memory.used).toBe(0);
        expect(memory.scope().alloc(200_000).offset).toBe(ARENA_BASE);
      }),
    );
  });

  it("says how much was asked for, how much there is and what to do when it is full.", () => {
    const memory = new Memory(false, 256);
    const scope = memory.scope();
    scope.alloc(10 * 2 ** 20);
    const ask = () => scope.alloc(8 * 2 ** 20);
    expect(ask).toThrow(OutOfMemoryError);
    expect(ask).toThrow(
      "Kernels asked for 8.0 MiB of memory, but 10 MiB of the 16 MiB that a pool can hold are in use; use fewer rows or columns, or close what else runs on the same pool",
    );
    scope.free();
    expect(memory.scope().alloc(8 * 2 ** 20).offset).toBe(ARENA_BASE);
  });

  it("refuses sizes that are none, parts that stick out, and the use of what has been freed.", () => {
    const memory = new Memory(false);
    const scope = memory.scope();
    expect(() => scope.alloc(-1)).toThrow("integer number of bytes >= 0; got -1");
    expect(() => scope.alloc(1.5)).toThrow("got 1.5");
    expect(() => scope.alloc(Number.NaN)).toThrow("got NaN");
    const block = scope.alloc(10);
    expect(() => block.part(5, 6)).toThrow("A part of 6 bytes at 5 does not lie in a block of 10 bytes");
    const part = block.part(5, 5);
    scope.free();
    scope.free();
    expect(() => memory.u8(block)).toThrow("freed");
    expect(() => memory.u8(part)).toThrow("freed");
    expect(() => scope.alloc(1)).toThrow("freed");
  });

  it("never uses the bytes of an abandoned block again.", () => {
    const memory = new Memory(true);
    const scope = memory.scope();
    const block = scope.alloc(100);
    memory.abandon(block.part(10, 10));
    scope.free();
    expect(memory.scope().alloc(100).offset).toBeGreaterThan(block.offset);
  });

  it("addresses blocks above 2 GiB.", async () => {
    const memory = new Memory(true);
    const pool = new InlinePool(memory, new Linker(memory, "fast"));
    const scope = memory.scope();
    scope.alloc(2.5 * 2 ** 30); // Reserved, never touched: costs addresses, not memory.
    const x = scope.place(new Float64Array([1, 2, 4]));
    const out = scope.alloc(8);
    expect(x.offset).toBeGreaterThan(2 ** 31);
    await pool.run({ kernel: probe("sum"), args: [x.offset, 3, out.offset], reads: [x], writes: [out], cost: 1 });
    expect(memory.f64(out)[0]).toBe(7);
  });
});

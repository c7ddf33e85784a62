/** A module of one function: f32x4.relaxed_madd of three zeros. */
const PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\\0asm", version 1
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // type: () -> v128
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 19, 1, 17, 0], // its body
  ...[0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11], // i32x4.splat(0), three times
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
);

let works: boolean | undefined;

/** Whether this engine has relaxed SIMD (https://github.com/WebAssembly/relaxed-simd); it is asked once. */
export function relaxedSimdWorks(): boolean {
  works ??= WebAssembly.validate(PROBE);
  return works;
}

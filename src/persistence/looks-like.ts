const SIGNATURES: readonly (readonly [what: string, offset: number, bytes: string])[] = [
  ["a Trellis model that was changed as text on its way (copy it as binary)", 0, "TRELLIS"],
  ["a zip archive (.keras, .pt, .npz)", 0, "PK\x03\x04"],
  ["an HDF5 file (.h5 of Keras)", 0, "\x89HDF"],
  ["a NumPy array (.npy)", 0, "\x93NUMPY"],
  ["a gzip archive", 0, "\x1f\x8b"],
  ["a safetensors file", 8, "{"],
  ["JSON text", 0, "{"],
  ["JSON text", 0, "["],
];

/** What bytes that are not ours seem to be, for an error sentence. */
export function looksLike(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const known = SIGNATURES.find(([, offset, signature]) =>
    Array.from(signature).every((char, i) => bytes[offset + i] === char.charCodeAt(0)),
  );
  if (known !== undefined) return known[0];
  // The opcode PROTO of pickle (PEP 307) and a protocol from 2 to 5.
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) return "a Python pickle (.pkl, .joblib)";
  // The protobuf of ONNX's ModelProto: field 1 (ir_version, a small varint), then field 2 (producer_name) or 8 (opset).
  if (bytes[0] === 0x08 && bytes[1]! < 0x80 && (bytes[2] === 0x12 || bytes[2] === 0x42)) return "an ONNX model";
  return "something else";
}

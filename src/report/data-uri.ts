/** Content that stands in a page instead of the address of a file. */
export function dataUri(type: "image/png" | "image/svg+xml", content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:${type};base64,${btoa(binary)}`;
}

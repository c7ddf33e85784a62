const TYPES: ReadonlyMap<string, string> = new Map([
  ["csv", "text/csv"],
  ["html", "text/html"],
  ["json", "application/json"],
  ["md", "text/markdown"],
  ["png", "image/png"],
  ["svg", "image/svg+xml"],
  ["txt", "text/plain"],
  ["yaml", "application/yaml"],
]);

/** The media type of a file by its name. */
export function mediaType(path: string): string {
  return TYPES.get(path.slice(path.lastIndexOf(".") + 1).toLowerCase()) ?? "application/octet-stream";
}

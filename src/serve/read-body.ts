import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.js";

/**
 * The whole body of a request, never more of it in memory than `maxBytes`.
 *
 * @throws RequestError 413 TOO_LARGE, without reading where its length is told; 400 for one that was cut off
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new RequestError(413, "TOO_LARGE", `the body has more than ${maxBytes} bytes`, {
      headers: { Connection: "close" },
    });
  return new Promise((resolve, reject) => {
    if (Number(req.headers["content-length"] ?? 0) > maxBytes) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    req.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        req.pause();
        reject(tooLarge());
      }
    });
    req.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    req.on("error", () => reject(new RequestError(400, "BODY_CUT_OFF", "the body was cut off")));
  });
}

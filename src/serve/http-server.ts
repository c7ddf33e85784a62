import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
const CHECK_MS = 1_000;

/** What Node's parser says of a request, as clients are told. */
const PARSER_ERRORS: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "HEADERS_TOO_LARGE", "the request's headers and path are too long"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "TOO_LARGE", "the chunk extensions are too long"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "REQUEST_TIMEOUT", "the request did not come in time"],
};

/** Node's server with every limit in time set, which answers in JSON also where no app is reached. */
export function httpServer(listener: RequestListener, maxBodyBytes: number): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
      // The app answers for a missing Host header; Node would without a word.
      requireHostHeader: false,
    },
    listener,
  );
  server.on("clientError", answerParserError);
  server.on("checkContinue", (req: IncomingMessage, res: ServerResponse) => {
    if (Number(req.headers["content-length"] ?? 0) > maxBodyBytes) {
      return answer(res, 413, "TOO_LARGE", `the body has more than ${maxBodyBytes} bytes`);
    }
    res.writeContinue();
    server.emit("request", req, res);
  });
  server.on("checkExpectation", (_req: IncomingMessage, res: ServerResponse) =>
    answer(res, 417, "EXPECTATION_FAILED", "of Expect, only 100-continue is known"),
  );
  return server;
}

function bodyOf(code: string, detail: string): string {
  return JSON.stringify({ detail, code, request_id: randomUUID() });
}

function answer(res: ServerResponse, status: number, code: string, detail: string): void {
  res.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    Connection: "close",
  });
  res.end(bodyOf(code, detail));
}

/** There is no response object yet, or none that could be used: the answer is written by hand. */
function answerParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET" || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = PARSER_ERRORS[error.code ?? ""] ?? [400, "BAD_REQUEST", "this is no HTTP request"];
  const body = bodyOf(code, detail);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
/** How long a client may read nothing of an answer that has begun. */
const UNREAD_MS = 30_000;
/** How often Node looks for requests that are too late. */
const CHECK_MS = 1_000;

/** What Node's parser says of a request, as clients are told. */
const PARSER_ERRORS: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "HEADERS_TOO_LARGE", "the request's headers and path are too long"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "TOO_LARGE", "the chunk extensions are too long"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "REQUEST_TIMEOUT", "the request did not come in time"],
};

export interface HttpServerOptions {
  readonly maxBodyBytes: number;
  /** Whether a request is refused before anything of it is looked at; told of those that are. */
  readonly refuses: (req: IncomingMessage, res: ServerResponse) => boolean;
}

/** Node's server with limits on all that takes time, which answers in JSON also where no app is reached. */
export function httpServer(listener: RequestListener, { maxBodyBytes, refuses }: HttpServerOptions): Server {
  const server = createServer({
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
    // The app answers for a missing Host header; Node would without a word.
    requireHostHeader: false,
  });
  /** The response that each connection is in the middle of. */
  const answering = new WeakMap<Socket, ServerResponse>();

  server.on("request", (req, res) => {
    answering.set(req.socket, res);
    res.once("close", () => answering.delete(req.socket));
    if (refuses(req, res))
      answer(res, 503, "QUEUE_FULL", "too many requests wait for the models", { "Retry-After": "1" });
    else listener(req, res);
  });
  server.on("checkContinue", (req: IncomingMessage, res: ServerResponse) => {
    if (Number(req.headers["content-length"] ?? 0) > maxBodyBytes) {
      return answer(res, 413, "TOO_LARGE", `the body has more than ${maxBodyBytes} bytes`, { Connection: "close" });
    }
    res.writeContinue();
    server.emit("request", req, res);
  });
  server.on("checkExpectation", (_req: IncomingMessage, res: ServerResponse) =>
    answer(res, 417, "EXPECTATION_FAILED", "of Expect, only 100-continue is known", { Connection: "close" }),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (socket.writable && error.code !== "ECONNRESET" && !answering.has(socket)) answerParserError(error, socket);
    else socket.destroy();
  });
  // An answer may take its time to begin; one that has begun must be read.
  server.timeout = UNREAD_MS;
  server.on("timeout", (socket: Socket) => {
    if (answering.get(socket)?.headersSent !== false) socket.destroy();
  });
  return server;
}

function bodyOf(code: string, detail: string): string {
  return JSON.stringify({ detail, code, request_id: randomUUID() });
}

const JSON_HEADERS = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };

function answer(res: ServerResponse, status: number, code: string, detail: string, headers: OutgoingHttpHeaders): void {
  const body = bodyOf(code, detail);
  res.writeHead(status, { ...JSON_HEADERS, "Content-Length": Buffer.byteLength(body), ...headers });
  res.end(body);
}

/** There is no response object yet: the answer is written by hand. */
function answerParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  const [status, code, detail] = PARSER_ERRORS[error.code ?? ""] ?? [400, "BAD_REQUEST", "this is no HTTP request"];
  const body = bodyOf(code, detail);
  const headers = { ...JSON_HEADERS, "Content-Length": Buffer.byteLength(body), Connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

import type { Request, RequestHandler } from "express";
import multer from "multer";
import { RequestError } from "trellis-learn/serve";

const FIELD = "image";
const MAX_BYTES = 5 * 2 ** 20;
const MAX_HEADERS = 20;
/** Characters of the headers of a part; names of files may be long. */
const MAX_HEAD = 16_384;

const receive = multer({
  storage: multer.memoryStorage(),
  limits: { files: 1, fields: 0, parts: 2, fileSize: MAX_BYTES, headerPairs: MAX_HEADERS, fieldNameSize: 64 },
}).single(FIELD);

/**
 * Middleware that puts the one file of a form into `req.file`; its name is never used.
 *
 * @throws RequestError 400 EXPECTED_FIELD, TOO_MANY_PARTS, BAD_FORM; 413 FILE_TOO_LARGE; 415 UNSUPPORTED_MEDIA_TYPE
 */
export const pictureUpload: RequestHandler = (req, res, next) => {
  if (!req.is("multipart/form-data")) {
    const message = `send a form with the picture in the field ${FIELD}, as multipart/form-data`;
    throw new RequestError(415, "UNSUPPORTED_MEDIA_TYPE", message);
  }
  const headers = headersOfFirstPart(req);
  receive(req, res, (error: unknown) => {
    if (error) next(refusal(error));
    else if (headers() > MAX_HEADERS)
      next(new RequestError(400, "BAD_FORM", "the file has too many or too long headers"));
    else if (req.file === undefined) next(missing());
    else next();
  });
};

/**
 * Counts while the form comes in: multer passes over what is more than its limit of headers, and does not say so.
 *
 * @returns how many there are so far; Infinity where they are too long
 */
function headersOfFirstPart(req: Request): () => number {
  let head = "";
  let isTooLong = false;
  const read = (chunk: Buffer) => {
    head += chunk.toString("latin1", 0, MAX_HEAD);
    const end = head.indexOf("\r\n\r\n");
    isTooLong = (end < 0 ? head.length : end) > MAX_HEAD;
    if (end < 0 && !isTooLong) return;
    head = head.slice(0, Math.max(end, 0));
    req.off("data", read);
  };
  req.on("data", read);
  // The first line is the boundary.
  return () => (isTooLong ? Number.POSITIVE_INFINITY : head.split("\r\n").length - 1);
}

function missing(): RequestError {
  return new RequestError(400, "EXPECTED_FIELD", `the form must have a file in the field ${FIELD}`, { path: [FIELD] });
}

function refusal(cause: unknown): RequestError {
  const code = cause instanceof multer.MulterError ? cause.code : null;
  switch (code) {
    case "LIMIT_FILE_SIZE":
      return new RequestError(413, "FILE_TOO_LARGE", `${FIELD} must have at most ${MAX_BYTES} bytes`, {
        path: [FIELD],
      });
    case "LIMIT_UNEXPECTED_FILE":
      return missing();
    case "LIMIT_FILE_COUNT":
    case "LIMIT_PART_COUNT":
    case "LIMIT_FIELD_COUNT":
      return new RequestError(400, "TOO_MANY_PARTS", `the form must have the file ${FIELD} and nothing else`);
    default:
      return new RequestError(400, "BAD_FORM", "the form is damaged or incomplete", { cause });
  }
}

import type { RequestHandler } from "express";
import multer from "multer";
import { RequestError } from "trellis-learn/serve";

const FIELD = "image";
const MAX_BYTES = 5 * 2 ** 20;

const receive = multer({
  storage: multer.memoryStorage(),
  limits: { files: 1, fields: 0, parts: 2, fileSize: MAX_BYTES, headerPairs: 20, fieldNameSize: 64 },
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
  receive(req, res, (error: unknown) => {
    if (error) next(refusal(error));
    else if (req.file === undefined) next(missing());
    else next();
  });
};

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

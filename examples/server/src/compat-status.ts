import type { ErrorRequestHandler } from "express";
import { RequestError } from "trellis-learn/serve";

const PATHS = ["/", "/best_model_parameters", "/training", "/predict"];
const MISTAKES = [400, 404, 413];

/** Answers mistakes on the first seed's routes with 500, as it did. */
export const compatStatus: ErrorRequestHandler = (error, req, _res, next) => {
  if (!(error instanceof RequestError && MISTAKES.includes(error.status) && PATHS.includes(req.path)))
    return next(error);
  next(new RequestError(500, error.code, error.message, { ...(error.path && { path: error.path }), cause: error }));
};

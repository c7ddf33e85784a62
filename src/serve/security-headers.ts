import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Pages load from this origin alone, run no inline code and stand in no frame; they may compile wasm, start workers from files, and
 * share memory with them (cross-origin isolation).
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: { policy: "require-corp" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    // The service speaks plain HTTP; whoever puts TLS in front of it says this there.
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  });
}

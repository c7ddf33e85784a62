import { Router } from "express";
import { DOCS_STYLE, docsPage } from "./docs-page.js";
import { openApi, type Paths } from "./open-api.js";

/** GET /openapi.json and, for people, /docs. @param paths asked at each request, since routes are described while a service is made */
export function docsRoutes(title: string, version: string, paths: () => Paths): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get("/openapi.json", (_req, res) => {
    res.json(openApi(title, version, paths()));
  });
  router.get("/docs", (req, res) => {
    const document = openApi(title, version, paths()) as { readonly paths: Paths };
    res.type("html").send(docsPage(title, document.paths, `http://${req.headers.host ?? "localhost"}`));
  });
  router.get("/docs/style.css", (_req, res) => {
    res.type("css").send(DOCS_STYLE);
  });
  return router;
}

import express, { Router } from "express";

/** The page under /ui/, from a folder of files, and where it finds MLflow. */
export function pageRoutes(folder: string, mlflowUrl: string | null): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get("/ui", (_req, res) => res.redirect(308, "/ui/"));
  router.get("/ui/config.json", (_req, res) => {
    res.json({ mlflowUrl });
  });
  router.use(
    "/ui/",
    express.static(folder, {
      redirect: false,
      // Asked for again each time, and sent again only when it has changed.
      setHeaders: (res) => res.setHeader("Cache-Control", "no-cache"),
    }),
  );
  return router;
}

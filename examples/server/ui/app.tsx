import { useCallback, useEffect, useState } from "preact/hooks";
import { DrawView } from "./draw/draw-view.js";
import { ResultsView } from "./results/results-view.js";
import type { ServiceClient } from "./service/service-client.js";
import { useLoaded, useReachable } from "./service/use-service.js";
import { TrainView } from "./train/train-view.js";
import { useRoute, VIEWS } from "./use-route.js";

const TITLES = { draw: "Draw", train: "Train", results: "Results" } as const;

export function App({ service }: { readonly service: ServiceClient }) {
  const { view, id } = useRoute();
  // What was drawn, and the models that were loaded, stay while another view is looked at.
  const [wasDrawn, setDrawn] = useState(false);
  useEffect(() => {
    document.title = `${TITLES[view]} · Trellis`;
    if (view === "draw") setDrawn(true);
  }, [view]);
  const reachable = useReachable(service);
  const { value: mlflowUrl = null } = useLoaded(
    service,
    useCallback(() => service.mlflowUrl(), [service]),
  );
  return (
    <>
      <header class="site-head">
        <a class="mark" href="#draw" aria-label="Trellis: the start of the page">
          <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
            <path d="M4 2v20M12 2v20M20 2v20M2 6h20M2 14h20" />
            <path class="leaf" d="M12 14c0-4 3-7 8-8c0 5-3 8-8 8z" />
          </svg>
          Trellis
        </a>
        <nav aria-label="Views">
          {VIEWS.map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === view ? "page" : undefined}>
              {TITLES[name]}
            </a>
          ))}
        </nav>
        <p class="links">
          <a href="/docs">API</a>
          <a href="/metrics">Metrics</a>
          {mlflowUrl !== null && (
            <a href={mlflowUrl} rel="noreferrer">
              MLflow
            </a>
          )}
        </p>
      </header>
      <div role="status" class="reach">
        {!reachable && (
          <p class="notice">
            The service does not answer. What is on this page stays; it goes on by itself when the service is back.
          </p>
        )}
      </div>
      <main id="main">
        <h1 class="visually-hidden">{TITLES[view]}</h1>
        {(wasDrawn || view === "draw") && (
          <div hidden={view !== "draw"}>
            <DrawView service={service} isShown={view === "draw"} />
          </div>
        )}
        {view === "train" && <TrainView service={service} id={id} />}
        {view === "results" && <ResultsView service={service} />}
      </main>
    </>
  );
}

import { useEffect, useRef, useState } from "preact/hooks";
import { titleOf } from "../families.js";
import type { ModelEntry } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { LatestFirst } from "./latest-first.js";
import { ModelPicture } from "./model-picture.js";
import { PagePredictor } from "./page-predictor.js";
import type { Answer } from "./predictor.js";
import { ServerPredictor } from "./server-predictor.js";
import type { Stroke } from "./strokes.js";

export interface Predictions {
  /** What the models see; null where there is no ink. */
  readonly pixels: Uint8Array | null;
  readonly answers: readonly Answer[];
  /** The server's answers to the same, where it is compared. */
  readonly serverAnswers: readonly Answer[];
  /** Who computes. */
  readonly by: "page" | "server";
  /** Models that the page has not loaded yet. */
  readonly loading: number;
  /** What does not work, in words. */
  readonly problem: string | null;
}

const NOTHING = { pixels: null, answers: [], serverAnswers: [] } as const;

/** Asks the models of the service again whenever the drawing changes: in the page; where that cannot be, on the server. */
export function usePredictions(
  service: ServiceClient,
  models: readonly ModelEntry[],
  strokes: readonly Stroke[],
  compare: boolean,
): Predictions {
  const [seen, setSeen] = useState<Pick<Predictions, "pixels" | "answers" | "serverAnswers">>(NOTHING);
  /** What went wrong with the last drawing, and what will go wrong with all. */
  const [problem, setProblem] = useState<string | null>(null);
  const [lasting, setLasting] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<ReadonlySet<string>>(new Set());
  const [page, setPage] = useState<PagePredictor | null>(null);
  const picture = useRef<ModelPicture | null>(null);

  const goOnWithServer = (reason: string) => {
    setPage(null);
    setLasting(`This browser cannot compute by itself (${reason}), so the server is asked.`);
  };

  useEffect(() => {
    let predictor: PagePredictor;
    try {
      predictor = new PagePredictor({
        loaded: (model) => setLoaded((before) => new Set(before).add(model)),
        failed: (reason, model) =>
          model === null ? goOnWithServer(reason) : setLasting(`${titleOf(model)}: not loaded, ${reason}.`),
      });
    } catch (error) {
      return goOnWithServer(String((error as Error).message));
    }
    setPage(predictor);
    return () => predictor.close();
  }, []);

  useEffect(() => page?.load(models), [page, models]);

  const work = async (drawn: readonly Stroke[]) => {
    picture.current ??= new ModelPicture();
    const pixels = picture.current.of(drawn);
    setProblem(null);
    if (pixels === null) return setSeen(NOTHING);
    const server = new ServerPredictor(service, models);
    const byServer = () =>
      server.predict(pixels).catch((error: unknown) => {
        setProblem(sentenceOf(error));
        return [];
      });
    const byPage = (predictor: PagePredictor) =>
      predictor.predict(pixels).catch((error: unknown) => {
        goOnWithServer(String((error as Error).message));
        return byServer();
      });
    const [answers, serverAnswers] = await Promise.all([
      page === null ? byServer() : byPage(page),
      compare && page !== null ? byServer() : [],
    ]);
    setSeen({ pixels, answers, serverAnswers });
  };
  const latestWork = useRef(work);
  latestWork.current = work;
  const [loop] = useState(() => new LatestFirst<readonly Stroke[]>((drawn) => latestWork.current(drawn)));

  // Each of them changes the answers.
  useEffect(() => loop.give(strokes), [loop, strokes, models, page, loaded, compare]);

  const loading = page === null ? 0 : models.filter(({ name }) => !loaded.has(name)).length;
  return { ...seen, by: page === null ? "server" : "page", loading, problem: problem ?? lasting };
}

import { TRAINING_EVENT_TYPES, type TrainingEvent, type TrainingStatus } from "./contract.js";
import type { ServiceClient } from "./service-client.js";
import { ServiceError } from "./service-error.js";

const TRY_AGAIN_AFTER = 2_000;

export interface TrainingListener {
  /** Events come in order, those of the past first; after a cut some may come twice, with the same id. */
  event(event: TrainingEvent): void;
  /** Called at first, after each cut of the stream, and when the training has ended. */
  status(status: TrainingStatus): void;
  /** There is no such training. */
  failed(error: unknown): void;
}

/**
 * Follows a training until it has ended: its events from the beginning, over cuts and restarts of the service. Call what is
 * returned to stop.
 */
export function watchTraining(service: ServiceClient, id: string, listener: TrainingListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };

  const open = () => {
    source?.close();
    source = new EventSource(service.eventsUrl(id));
    for (const type of TRAINING_EVENT_TYPES) {
      source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        listener.event({ id: Number(lastEventId), type, data: JSON.parse(data) } as TrainingEvent);
      });
    }
    // The stream ends with the training, and when it is cut; the browser cannot tell which.
    source.addEventListener("error", () => void look());
  };

  const look = async () => {
    try {
      const status = await service.training(id);
      if (stopped) return;
      listener.status(status);
      if (status.state !== "running") return stop();
    } catch (error) {
      if (stopped) return;
      if (error instanceof ServiceError && error.status === 404) {
        stop();
        return listener.failed(error);
      }
    }
    // While the stream is being tried again by the browser, it asks for what came after the last event.
    if (source?.readyState === EventSource.CLOSED) {
      clearTimeout(timer);
      timer = setTimeout(open, TRY_AGAIN_AFTER);
    }
  };

  service.training(id).then(
    (status) => {
      if (stopped) return;
      listener.status(status);
      open();
    },
    (error: unknown) => !stopped && listener.failed(error),
  );
  return stop;
}

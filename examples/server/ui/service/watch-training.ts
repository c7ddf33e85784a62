import { TRAINING_EVENT_TYPES, type TrainingEvent, type TrainingStatus } from "./contract.js";
import type { ServiceClient } from "./service-client.js";
import { ServiceError } from "./service-error.js";

const TRY_AGAIN_AFTER = 2_000;

export interface TrainingListener {
  /** Events come in order, those of the past first. */
  event(event: TrainingEvent): void;
  /** Called at first, after each cut, and when the training has ended. */
  status(status: TrainingStatus): void;
  /** The training cannot be asked for; unless there is none, it is tried again. */
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
  let last = 0;

  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };

  const follow = () => {
    source = new EventSource(service.eventsUrl(id, last));
    for (const type of TRAINING_EVENT_TYPES) {
      source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        last = Number(lastEventId);
        listener.event({ id: last, type, data: JSON.parse(data) } as TrainingEvent);
      });
    }
    source.addEventListener("ended", ({ data }: MessageEvent<string>) => {
      listener.status(JSON.parse(data));
      stop();
    });
    source.addEventListener("error", () => {
      source?.close();
      timer = setTimeout(start, TRY_AGAIN_AFTER);
    });
  };

  const start = async () => {
    try {
      const status = await service.training(id);
      if (stopped) return;
      listener.status(status);
      follow();
    } catch (error) {
      if (stopped) return;
      listener.failed(error);
      if (error instanceof ServiceError && error.status === 404) return;
      timer = setTimeout(start, TRY_AGAIN_AFTER);
    }
  };

  void start();
  return stop;
}

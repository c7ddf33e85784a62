import { useEffect, useState } from "preact/hooks";
import type { TrainingEvent, TrainingStatus } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import { watchTraining } from "../service/watch-training.js";
import { afterEvent, NOTHING_YET, type TrainingState } from "./training-state.js";

export interface WatchedTraining {
  /** Null until the service has answered. */
  readonly status: TrainingStatus | null;
  readonly state: TrainingState;
  readonly error: unknown;
}

const UNKNOWN: WatchedTraining = { status: null, state: NOTHING_YET, error: null };

/** Follows a training. A burst of events, as the past comes in, renders once. */
export function useTraining(service: ServiceClient, id: string): WatchedTraining {
  const [watched, setWatched] = useState(UNKNOWN);
  useEffect(() => {
    setWatched(UNKNOWN);
    let burst: TrainingEvent[] = [];
    const takeIn = () => {
      const events = burst;
      burst = [];
      setWatched((before) => ({ ...before, state: events.reduce(afterEvent, before.state) }));
    };
    return watchTraining(service, id, {
      event: (event) => {
        if (burst.push(event) === 1) setTimeout(takeIn, 50);
      },
      status: (status) => setWatched((before) => ({ ...before, status, error: null })),
      failed: (error) => setWatched((before) => ({ ...before, error })),
    });
  }, [service, id]);
  return watched;
}

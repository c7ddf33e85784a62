import { useCallback, useEffect, useState } from "preact/hooks";
import type { ServiceClient } from "./service-client.js";

/** Whether the service answers; renders again when that changes. */
export function useReachable(service: ServiceClient): boolean {
  const [reachable, setReachable] = useState(service.reachable);
  useEffect(() => {
    const follow = () => setReachable(service.reachable);
    follow(); // It may have changed before this ran.
    return service.onChange(follow);
  }, [service]);
  return reachable;
}

export interface Loaded<T> {
  /** Undefined until the first answer; what was loaded last where a later try fails. */
  readonly value: T | undefined;
  readonly error: unknown;
  reload(): void;
}

/** What `load` gives; asked for again when `load` is another function, and when the service has come back. */
export function useLoaded<T>(service: ServiceClient, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: unknown }>({ value: undefined, error: null });
  const [tries, setTries] = useState(0);
  const reload = useCallback(() => setTries((count) => count + 1), []);
  const reachable = useReachable(service);
  // `tries` and `reachable` are reasons to load again.
  useEffect(() => {
    let wanted = true;
    load().then(
      (value) => wanted && setState({ value, error: null }),
      (error: unknown) => wanted && setState(({ value }) => ({ value, error })),
    );
    return () => {
      wanted = false;
    };
  }, [load, tries, reachable]);
  return { ...state, reload };
}

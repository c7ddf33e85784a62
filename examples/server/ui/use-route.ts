import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["draw", "train", "results"] as const;

/** What the address after the # names: "#train/17" is the view "train" with the id "17". */
export interface Route {
  readonly view: (typeof VIEWS)[number];
  readonly id: string | null;
}

export function routeOf(hash: string): Route {
  const [name, id] = hash.slice(1).split("/", 2);
  const view = VIEWS.find((each) => each === name) ?? "draw";
  return { view, id: id ? decodeURIComponent(id) : null };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

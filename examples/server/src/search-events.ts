import type { SearchListener } from "trellis-learn";
import { renamed, snakeCase } from "./parameter-names.js";

/** What of a family's search is told to whoever watches the training. */
export function searchEvents(family: string, emit: (type: string, data: unknown) => void): SearchListener {
  return (event) => {
    switch (event.type) {
      case "fold-scored": {
        const { candidate, fold, scores } = event;
        emit("fold-scored", { family, candidate, fold, scores });
        break;
      }
      case "candidate-scored": {
        const { candidate, params, scores, done, total: candidates, best } = event;
        const leader = best && { ...best, params: renamed(best.params, snakeCase) };
        const [meanScore = null] = Object.values(scores);
        emit("candidate-scored", {
          family,
          candidate,
          params: renamed(params, snakeCase),
          meanScore,
          done,
          candidates,
          best: leader,
        });
      }
    }
  };
}

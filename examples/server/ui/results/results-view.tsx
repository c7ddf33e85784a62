import { useCallback } from "preact/hooks";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { useLoaded } from "../service/use-service.js";
import { ConfusionSection } from "./confusion-section.js";
import { ResultsTable } from "./results-table.js";
import { TrainingsList } from "./trainings-list.js";

/** What trainings have come to. */
export function ResultsView({ service }: { readonly service: ServiceClient }) {
  const load = useCallback(
    async () => ({
      results: await service.bestParameters(),
      models: await service.models(),
      trainings: await service.trainings(),
    }),
    [service],
  );
  const { value, error } = useLoaded(service, load);
  if (value === undefined) {
    return error === null ? (
      <p class="soft">Asking for the results…</p>
    ) : (
      <p class="notice" role="alert">
        The results cannot be shown: {sentenceOf(error)}
      </p>
    );
  }
  const { results, models, trainings } = value;
  return (
    <div class="results">
      {results === null ? (
        <section class="empty">
          <h2>No results yet</h2>
          <p class="soft">They come with the first training that completes.</p>
          <a class="button main" href="#train">
            Train the models
          </a>
        </section>
      ) : (
        <ResultsTable results={results} />
      )}
      <ConfusionSection service={service} models={models} trainings={trainings} />
      <TrainingsList trainings={trainings} />
    </div>
  );
}

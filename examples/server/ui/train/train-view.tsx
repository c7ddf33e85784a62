import { useCallback } from "preact/hooks";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { useLoaded } from "../service/use-service.js";
import { TrainForm } from "./train-form.js";
import { TrainingView } from "./training-view.js";

interface TrainViewProps {
  readonly service: ServiceClient;
  /** The training to show, "new" for the form; null for the training that runs, and for the form where none does. */
  readonly id: string | null;
}

export function TrainView({ service, id }: TrainViewProps) {
  const load = useCallback(() => service.trainings(), [service]);
  const { value: trainings, error, reload } = useLoaded(service, load);
  const running = trainings?.find(({ state }) => state === "running") ?? null;
  const shown = id ?? running?.id ?? "new";
  if (shown !== "new") return <TrainingView key={shown} service={service} id={shown} />;
  if (trainings === undefined && error === null) return <p class="soft">Asking for trainings…</p>;
  return (
    <div class="train">
      <header class="view-head">
        <h2>Train the models</h2>
        <p class="soft">
          Each family searches its grid by cross-validation; the best of each is kept, and together they vote. One
          training runs at a time, and goes on if you leave this page.
        </p>
      </header>
      {error !== null && (
        <p class="notice" role="alert">
          Trainings cannot be listed: {sentenceOf(error)}
        </p>
      )}
      <TrainForm
        service={service}
        running={running}
        onStarted={({ id: started }) => {
          location.hash = `#train/${started}`;
        }}
        onRefused={reload}
      />
    </div>
  );
}

import { hueOf, titleOf } from "../families.js";
import { paramsText, percent } from "../formats.js";
import type { BestParameters } from "../service/contract.js";

/** A row for each trained family, the best first. */
export function ResultsTable({ results }: { readonly results: BestParameters }) {
  const { best_model: best, ...families } = results;
  const rows = Object.values(families).sort((a, b) => b.accuracy - a.accuracy);
  return (
    <section>
      <header class="view-head">
        <h2>Results</h2>
        <p class="soft">
          The best of each family's grid. The family with the highest mean accuracy over the folds is the best of all;
          the other figures are of test images that no search has seen.
        </p>
      </header>
      <div class="scroll card">
        <table class="results-table">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="number">
                Folds
              </th>
              <th scope="col" class="number">
                Test
              </th>
              <th scope="col" class="number">
                Loss
              </th>
              <th scope="col" class="number">
                AUC
              </th>
              <th scope="col" class="number">
                Recall
              </th>
              <th scope="col">Parameters</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} class={row.name === best?.name ? "best" : ""}>
                <th scope="row" class={hueOf(row.name)}>
                  {titleOf(row.name)}
                  {row.name === best?.name && <span class="badge">best</span>}
                </th>
                <td class="number">{percent(row.accuracy)}</td>
                <td class="number">{percent(row.test_accuracy)}</td>
                <td class="number">{row.test_loss.toFixed(3)}</td>
                <td class="number">{row.roc_auc_score.toFixed(4)}</td>
                <td class="number">{percent(row.recall)}</td>
                <td class="params">{paramsText(row.best_params)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

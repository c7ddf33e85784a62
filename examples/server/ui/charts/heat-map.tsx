import type { Confusion, Label } from "../service/contract.js";

/** A confusion matrix as a table whose cells are tinted by their share of the row: true digits down, predicted ones across. */
export function HeatMap({ confusion, classes }: { readonly confusion: Confusion; readonly classes: readonly Label[] }) {
  return (
    <div class="scroll">
      <table class="heat-map">
        <caption>Rows: the true digit. Columns: what the model took it for.</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">True digit</span>
            </th>
            {classes.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, i) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={classes[i]}>
                <th scope="row">{classes[i]}</th>
                {row.map((count, j) => (
                  <td
                    key={classes[j]}
                    class={i === j ? "right" : count > 0 ? "wrong" : "none"}
                    style={{ "--share": total === 0 ? 0 : count / total } as Record<string, number>}
                  >
                    {count}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

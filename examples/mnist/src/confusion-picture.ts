import type { Label } from "trellis-learn";
import { confusionMatrixPicture } from "trellis-learn/report";

/** How often a model took which digit for which, as SVG. */
export function confusionPicture(
  title: string,
  labels: readonly Label[],
  { accuracy, confusion }: { readonly accuracy: number; readonly confusion: readonly (readonly number[])[] },
): Promise<string> {
  const rows = confusion.flat().reduce((sum, count) => sum + count, 0);
  const subtitle = `accuracy ${accuracy.toFixed(4)} on ${rows.toLocaleString("en")} test images`;
  return confusionMatrixPicture({ matrix: confusion, labels, title, subtitle });
}

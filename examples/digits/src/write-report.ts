import {
  confusionMatrixPicture,
  optimizationHistoryPicture,
  parameterImportancesPicture,
  searchReport,
  slicePicture,
} from "trellis-learn/report";
import { type Findings, type Pictures, reportJson, reportMarkdown } from "./report.js";
import type { ReportFolder } from "./report-folder.js";
import { trialsCsv } from "./trials-csv.js";
import type { Outcome } from "./tune.js";

/** Leaves the models, the trials, the pictures and the report in the folder. */
export async function writeReport(findings: Findings, folder: ReportFolder): Promise<void> {
  const { tuner, best, baseline } = findings;
  await folder.writeModel("best-model", best.model);
  await folder.writeModel("baseline-model", baseline.model);
  await folder.write("trials.csv", trialsCsv(tuner.trials));
  await folder.write("cv-results.csv", tuner.cvResults.toCsv());
  await folder.write("report.json", reportJson(findings));
  const test = { ...findings.data.test, shape: [8, 8], ink: true } as const;
  await folder.write("report.html", await searchReport(tuner, { title: "Tuning a random forest on digits", test }));
  await folder.write("report.md", reportMarkdown(findings, await writePictures(findings, folder)));
}

async function writePictures({ tuner, best, baseline }: Findings, folder: ReportFolder): Promise<Pictures> {
  const valueName = "CV accuracy";
  return {
    history: await folder.writePicture("history", await optimizationHistoryPicture(tuner, { valueName })),
    importances: await folder.writePicture("importances", await parameterImportancesPicture(tuner)),
    slices: await folder.writePicture("slices", await slicePicture(tuner, { valueName })),
    bestConfusion: await folder.writePicture("best-confusion", await confusionOf(best)),
    baselineConfusion: await folder.writePicture("baseline-confusion", await confusionOf(baseline)),
  };
}

function confusionOf({ title, model, test }: Outcome): Promise<string> {
  const rows = test.confusion.flat().reduce((sum, count) => sum + count, 0);
  const subtitle = `accuracy ${test.accuracy.toFixed(4)} on ${rows.toLocaleString("en")} test images`;
  return confusionMatrixPicture({ matrix: test.confusion, labels: model.classes, title, subtitle });
}

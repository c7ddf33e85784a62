import { confusionPicture } from "mnist-example/confusion-picture";
import type { ReportFolder } from "mnist-example/report-folder";
import {
  optimizationHistoryPicture,
  parameterImportancesPicture,
  searchReport,
  slicePicture,
} from "trellis-learn/report";
import { type Findings, type Pictures, reportJson, reportMarkdown } from "./report.js";
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
  const leave = async (name: string, svg: string) => Object.keys(await folder.writePicture(name, svg)).at(-1)!;
  return {
    history: await leave("history", await optimizationHistoryPicture(tuner, { valueName })),
    importances: await leave("importances", await parameterImportancesPicture(tuner)),
    slices: await leave("slices", await slicePicture(tuner, { valueName })),
    bestConfusion: await leave("best-confusion", await confusionOf(best)),
    baselineConfusion: await leave("baseline-confusion", await confusionOf(baseline)),
  };
}

function confusionOf({ title, model, test }: Outcome): Promise<string> {
  return confusionPicture(title, model.classes, test);
}

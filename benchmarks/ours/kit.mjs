// Our side of the benchmarks of the everyday kit.
import {
  ExtraTreesClassifier,
  GaussianNB,
  KNeighborsClassifier,
  LinearRegression,
  PCA,
  Ridge,
  SimpleImputer,
  StandardScaler,
} from "trellis-learn";
import { answerAsTrellis } from "../harness/trellis.mjs";

await answerAsTrellis({
  linearRegression: (params) => new LinearRegression(params),
  ridge: (params) => new Ridge(params),
  pca: (params) => new PCA(params),
  neighbors: (params) => new KNeighborsClassifier(params),
  extraTrees: (params) => new ExtraTreesClassifier(params),
  gaussianNb: (params) => new GaussianNB(params),
  scaler: (params) => new StandardScaler(params),
  imputer: (params) => new SimpleImputer(params),
});

import { Matrix } from "../core/matrix.js";
import type { Dataset } from "./dataset.js";
import { TENTHS } from "./iris-data.js";

const ROWS = 150;
const COLS = 4;

/**
 * 150 irises, 50 of each of three species in turn, 4 measurements in centimetres (f64): the same rows as
 * scikit-learn's `load_iris`. Each call gives new arrays.
 *
 * Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7(2), 1936; UCI
 * Machine Learning Repository, https://doi.org/10.24432/C56C76, licence CC BY 4.0.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_iris.html
 */
export function loadIris(): Dataset {
  const measured = Float64Array.from({ length: ROWS * COLS }, (_, i) => Number(TENTHS.slice(2 * i, 2 * i + 2)) / 10);
  return {
    X: new Matrix(measured, ROWS, COLS),
    y: Uint8Array.from({ length: ROWS }, (_, row) => Math.floor(row / 50)),
    featureNames: ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"],
    targetNames: ["setosa", "versicolor", "virginica"],
  };
}

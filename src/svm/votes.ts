import { Matrix } from "../core/matrix.js";

// Decision values of pairs of classes, rows x pairs, are LIBSVM's here: positive for the first class of the pair.

/** For each row the class that most pairs vote for, the first among equals. */
export function votedClasses({ data, rows, cols }: Matrix, classes: number): Float64Array {
  const codes = new Float64Array(rows);
  const votes = new Int32Array(classes);
  for (let i = 0; i < rows; i++) {
    votes.fill(0);
    for (let a = 0, pair = i * cols; a < classes; a++) {
      for (let b = a + 1; b < classes; b++, pair++) votes[data[pair]! > 0 ? a : b]!++;
    }
    codes[i] = votes.indexOf(votes.reduce((most, count) => Math.max(most, count)));
  }
  return codes;
}

/**
 * One score for each class: its votes, and a summand within (-1/3, 1/3) that grows with its decision values, so that it
 * decides between classes of equally many votes alone.
 * @see https://github.com/scikit-learn/scikit-learn/blob/1.9.1/sklearn/utils/multiclass.py _ovr_decision_function
 */
export function scoresOfClasses({ data, rows, cols }: Matrix, classes: number): Matrix {
  const scores = new Float64Array(rows * classes);
  const confidence = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    const votes = scores.subarray(i * classes, (i + 1) * classes);
    confidence.fill(0);
    for (let a = 0, pair = i * cols; a < classes; a++) {
      for (let b = a + 1; b < classes; b++, pair++) {
        const value = data[pair]!;
        confidence[a]! += value;
        confidence[b]! -= value;
        votes[value < 0 ? b : a]!++;
      }
    }
    for (let k = 0; k < classes; k++) votes[k]! += confidence[k]! / (3 * (Math.abs(confidence[k]!) + 1));
  }
  return new Matrix(scores, rows, classes);
}

/** The same values positive for the second class of the pair, as scikit-learn has those of two classes. */
export function negated({ data, rows, cols }: Matrix): Matrix {
  return new Matrix(
    Float64Array.from(data, (value) => -value),
    rows,
    cols,
  );
}

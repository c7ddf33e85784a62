// The family "linalg": products of columns, and what is solved and decomposed of them.
export { choleskyFactor } from "./linalg-cholesky";
export { columnSums } from "./linalg-columns";
export { reflectBack, rotateBack } from "./linalg-eigenvectors";
export { addProducts } from "./linalg-products";
export { residualProducts } from "./linalg-residuals";
export { findRotations } from "./linalg-rotations";
export { tridiagonalize } from "./linalg-tridiagonal";

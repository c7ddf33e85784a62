/** What files say of who wrote them; the version is the package's. */
export const PRODUCT = "trellis-learn";
export const PRODUCT_VERSION = "0.1.0";

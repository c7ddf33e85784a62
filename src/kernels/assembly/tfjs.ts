// The family "tfjs": what the wasm backend of tfjs lacks to train, or does slowly. It works on the heap of that backend, so it
// has no static data and allocates nothing.
export { addDepthwiseFilter, addDepthwiseInput } from "./tfjs-depthwise";
export { addMaxPooling, sumRows } from "./tfjs-pooling";
export { addPatches, padImage } from "./tfjs-images";
export { addOuterProducts, packColumns, patchProducts } from "./tfjs-patches";

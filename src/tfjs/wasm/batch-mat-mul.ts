import { Heap, type Info, type Kernel, packedBytes, VALUE } from "./heap.js";

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Whether `transposedMatMul` does it: one of the two matrices transposed, which tfjs's own kernel does value by value. */
export function isTransposed(inputs: Readonly<Record<string, Info>>, attrs: MatMulAttributes): boolean {
  const { a, b } = inputs as { a: Info; b: Info };
  return attrs.transposeA !== attrs.transposeB && a.dtype === "float32" && b.dtype === "float32";
}

/** a' b or a b', each matrix of a batch on its own. */
export const transposedMatMul: Kernel<MatMulAttributes> = (tf, { inputs, attrs, backend }) => {
  const { a, b } = inputs as { a: Info; b: Info };
  const { transposeA } = attrs;
  const heap = Heap.of(backend);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const batchShapes = [a.shape.slice(0, -2), b.shape.slice(0, -2)] as [number[], number[]];
  const [batchesA, batchesB] = batchShapes.map((shape) => shape.reduce((x, y) => x * y, 1)) as [number, number];
  const [height, columns] = transposeA ? [columnsA, columnsB] : [rowsA, rowsB];
  const depth = transposeA ? rowsA : columnsA;
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(...batchShapes);
  const shape = [...batchShape, height, columns];
  const out = transposeA ? heap.zeros(shape, "float32") : heap.make(shape, "float32");
  const rowStarts = Int32Array.from({ length: rowsA }, (_, row) => row * columnsA * VALUE);
  const columnStarts = Int32Array.from({ length: columnsA }, (_, column) => column * VALUE);
  const { packColumns, addOuterProducts, patchProducts } = heap.functions;
  heap.borrow([packedBytes(depth, columns)], [rowStarts, columnStarts], (packed, rows, values) => {
    const [left, right, to] = [heap.addressOf(a), heap.addressOf(b), heap.addressOf(out)];
    for (let batch = 0; batch < Math.max(batchesA, batchesB); batch++) {
      const from = left + (batch % batchesA) * rowsA * columnsA * VALUE;
      const other = right + (batch % batchesB) * rowsB * columnsB * VALUE;
      const [rowStride, columnStride] = transposeA ? [columnsB * VALUE, VALUE] : [VALUE, columnsB * VALUE];
      packColumns(other, depth, rowStride, columns, columnStride, packed!);
      const multiply = transposeA ? addOuterProducts : patchProducts;
      multiply(from, rows!, rowsA, values!, columnsA, packed!, columns, to + batch * height * columns * VALUE);
    }
  });
  return out;
};

import { z } from "zod";
import { numberTable } from "./check-body.js";

/** Kinds of numbers that tensors may come in; all are checked, and computed with as the model was trained. */
export const DATATYPES = ["UINT8", "INT32", "INT64", "FP32", "FP64"] as const;

const name = z.string().min(1).max(64);
const parameters = z.record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()])).optional();

export const inferRequest = z.strictObject({
  id: z.string().max(256).optional(),
  parameters,
  inputs: z
    .array(
      z.strictObject({
        name,
        shape: z.array(z.int().min(0)).min(1).max(4),
        datatype: z.enum(DATATYPES),
        parameters,
        data: numberTable,
      }),
    )
    .length(1),
  outputs: z.array(z.strictObject({ name, parameters })).min(1).max(8).optional(),
});

export type InferRequest = z.infer<typeof inferRequest>;
export type InferInput = InferRequest["inputs"][number];

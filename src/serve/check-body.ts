import { z } from "zod";
import { isNumberTable, type NumberTable } from "./pack-numbers.js";
import { RequestError } from "./request-error.js";

/** Longest part of a zod message that goes to a client: it may list what a client sent. */
const MAX_MESSAGE = 300;

/** In a schema: what `numbers` of `jsonBody` packed. */
export const numberTable = z
  .custom<NumberTable>(isNumberTable, "must be an array of numbers, or of rows of numbers")
  .meta({ type: "array", description: "Numbers, or rows of numbers of one length." });

/**
 * The body, if it is as the schema says.
 *
 * @throws RequestError 400 UNKNOWN_KEY naming it, INVALID_BODY naming the place and what was expected
 */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const key = JSON.stringify(issue.keys[0]!.slice(0, 64));
    // Of its own accord zod says no more than that the key is not known.
    const known = issue.message.startsWith("Unrecognized") ? "" : `; ${issue.message.slice(0, MAX_MESSAGE)}`;
    throw new RequestError(400, "UNKNOWN_KEY", `the key ${key} is not known here${known}`, { path });
  }
  const where = path.length === 0 ? "the body" : path.join(".");
  throw new RequestError(400, "INVALID_BODY", `${where}: ${issue.message.slice(0, MAX_MESSAGE)}`, { path });
}

/** The JSON Schema (2020-12) of a zod schema, for `describe` of a service. */
export function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

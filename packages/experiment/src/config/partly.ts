import { type Part, z } from '@espalier/core';
import { isMapping } from './config-path.ts';

/** A value with what of it is right; what is wrong or missing is left out, in a list undefined. */
export type DeepPartial<T> = T extends Part
  ? T
  : T extends readonly (infer E)[]
    ? readonly (E | undefined)[]
    : T extends object
      ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
      : T;

/**
 * Parses what can be parsed: with an issue in one key, the others are read all the same, so that the checks that
 * follow can speak of them in the same go.
 */
export function parsePartly<S extends z.ZodObject>(
  schema: S,
  value: unknown,
): { value: DeepPartial<z.infer<S>>; issues: z.core.$ZodIssue[] } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data as DeepPartial<z.infer<S>>, issues: [] };
  return { value: rightKeys(schema, value) as DeepPartial<z.infer<S>>, issues: parsed.error.issues };
}

function rightKeys(schema: z.ZodObject, value: unknown): Record<string, unknown> {
  const right: Record<string, unknown> = {};
  if (!isMapping(value)) return right;
  for (const [key, child] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const parsed = child.safeParse(given);
    const inner = within(child, z.ZodObject);
    const items = within(child, z.ZodArray)?.element as z.ZodType | undefined;
    if (parsed.success) right[key] = parsed.data;
    else if (items !== undefined && Array.isArray(given)) right[key] = given.map((item) => items.safeParse(item).data);
    else if (inner !== undefined && isMapping(given)) right[key] = rightKeys(inner, given);
  }
  return right;
}

function within<T extends z.ZodType>(schema: z.ZodType, wanted: abstract new (...args: never[]) => T): T | undefined {
  if (schema instanceof wanted) return schema;
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return undefined;
  return within(schema.unwrap() as z.ZodType, wanted);
}

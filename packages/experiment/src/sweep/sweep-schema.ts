import { type Registry, z } from '@espalier/core';
import { experimentJsonSchema, type JsonSchema, jsonSchemaOf } from '../config/json-schema.ts';
import { ONE_PER_PATH, pathSchemas } from './paths.ts';
import { distributionSchema } from './random-values.ts';

const record = <V extends z.ZodType>(value: V) => z.record(z.string(), value);
const values = z.array(z.unknown()).min(1);
const combination = record(z.unknown());

/** How many runs a sweep may have where it does not say. */
export const DEFAULT_LIMIT = 1000;

/** The schema of a sweep's file; that paths lead to something and values fit it is checked in a second step. */
export const sweepSchema = z
  .object({
    name: z
      .string()
      .regex(/^[\w][\w.-]*$/, 'expected letters, digits, ".", "-" and "_", as it names a folder')
      .max(100)
      .optional()
      .describe('Names the sweep and its folder; by default the name of its file.'),
    base: z
      .union([z.string().min(1), record(z.unknown())])
      .describe('The experiment that varies: the path of its file, or the experiment itself.'),
    vary: z
      .object({
        list: record(combination).optional().describe('Variants by name, each with the values that make it.'),
        zip: record(values).optional().describe('Paths whose values go together: the first with the first, the second with the second.'),
        random: z
          .object({
            count: z.int().min(1).max(1_000_000).describe('How many draws.'),
            seed: z.int().min(0).default(1).describe('The same seed draws the same values.'),
            draw: record(distributionSchema).describe('Paths, and how their values are drawn.'),
          })
          .strict()
          .optional()
          .describe('Values drawn at random, once for each draw.'),
        except: z
          .array(combination)
          .optional()
          .describe('Combinations to leave out; a run goes where all values of one of them fit. The key list names a variant.'),
      })
      .catchall(values)
      .describe('Everything in it is combined with everything else: paths with lists of values, and list, zip and random.'),
    limit: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(DEFAULT_LIMIT)
      .describe('The most runs there may be: a typing mistake must not fill a week.'),
  })
  .strict();

export type SweepConfig = z.infer<typeof sweepSchema>;

const known = new WeakMap<Registry, JsonSchema>();

/** The JSON Schema of sweeps, the parts of the loaded plugins included: what editors complete from. */
export function sweepJsonSchema(registry: Registry): JsonSchema {
  const schema = known.get(registry) ?? makeSchema(registry);
  known.set(registry, schema);
  return schema;
}

function makeSchema(registry: Registry): JsonSchema {
  const { $defs, $schema, title, required, ...experiment } = experimentJsonSchema(registry);
  const plain = jsonSchemaOf(sweepSchema);
  const paths = pathSchemas({ $defs, ...experiment });
  const each = (values: (schema: JsonSchema) => JsonSchema): Record<string, JsonSchema> =>
    Object.fromEntries(paths.map(([path, schema]) => [path, values(schema)]));
  const lists = each((items) => ({ type: 'array', minItems: 1, description: items.description, items }));
  const single = each((schema) => schema);
  const { list, zip, random, except } = plain.properties?.['vary']?.properties ?? {};
  const combinationOf = (more: Record<string, JsonSchema> = {}): JsonSchema => ({ type: 'object', properties: { ...more, ...single } });
  return {
    ...plain,
    $schema,
    title: 'A sweep of Espalier',
    $defs,
    properties: {
      ...plain.properties,
      base: {
        description: plain.properties?.['base']?.description,
        // What varies need not be said in the base.
        anyOf: [{ type: 'string', minLength: 1 }, withoutRequired(experiment)],
      },
      vary: {
        ...plain.properties?.['vary'],
        properties: {
          ...lists,
          list: { ...list, additionalProperties: combinationOf() },
          zip: { ...zip, properties: lists },
          random: { ...random },
          except: { ...except, items: combinationOf({ list: { type: 'string', description: 'The name of a variant.' } }) },
        },
        additionalProperties: { type: 'array', minItems: 1, description: ONE_PER_PATH },
      },
    },
  };
}

function withoutRequired({ required, properties, ...schema }: JsonSchema): JsonSchema {
  if (properties === undefined) return schema;
  const inner = Object.entries(properties).map(([key, value]): [string, JsonSchema] => [
    key,
    key === 'train' || key === 'prune' ? withoutRequired(value) : value,
  ]);
  return { ...schema, properties: Object.fromEntries(inner) };
}

import { PART_KINDS, type PartKind, type RegisteredPart, type Registry, z } from '@espalier/core';
import { experimentSchema } from './experiment.ts';

/** What of JSON Schema is written and read here. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  /** Of core: this value names a part of a kind… */
  readonly part?: PartKind;
  /** …or is a number. */
  readonly orNumber?: boolean;
}

/** Making one takes longer than reading a config, and a registry never changes. */
const known = new WeakMap<Registry, JsonSchema>();

/** The JSON Schema of experiments, the parts of the loaded plugins included: what editors complete from. */
export function experimentJsonSchema(registry: Registry): JsonSchema {
  const schema = known.get(registry) ?? makeSchema(registry);
  known.set(registry, schema);
  return schema;
}

function makeSchema(registry: Registry): JsonSchema {
  const kinds = PART_KINDS.map((kind): [string, JsonSchema] => [kind, partSchema(registry.list(kind))]);
  return {
    ...jsonSchemaOf(experimentSchema),
    title: 'An experiment of Espalier',
    $defs: Object.fromEntries(kinds),
  };
}

/** The JSON Schema of plain options; a part in it refers to the definition of its kind. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $defs, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: requireWhatHasNoDefault,
  }) as JsonSchema;
  // Definitions of a schema of its own (a recursive one) mean nothing inside another: there only zod checks.
  return $defs === undefined ? withPartReferences(json) : { type: 'object' };
}

/** A part is read from anything, so zod takes its key for optional; whether it is, only trying tells. */
function requireWhatHasNoDefault({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: { required?: string[] } }): void {
  if (zodSchema._zod.def.type !== 'object') return;
  const needed = Object.entries(zodSchema._zod.def.shape).filter(([, child]) => !z.safeParse(child, undefined).success);
  jsonSchema.required = needed.length === 0 ? undefined : needed.map(([key]) => key);
}

/** A part of one kind: one of the names alone, or one name with its options. */
function partSchema(parts: readonly RegisteredPart[]): JsonSchema {
  if (parts.length === 0) return { description: 'No loaded plugin brings one.', anyOf: [{ type: 'string' }, { type: 'object' }] };
  return {
    anyOf: parts.flatMap(({ name, description, options }): JsonSchema[] => {
      const { $schema, ...schema } = options === undefined ? { $schema: '', type: 'object' } : jsonSchemaOf(options.strict());
      const needsOptions = schema.required !== undefined && schema.required.length > 0;
      const withOptions: JsonSchema = {
        type: 'object',
        description,
        properties: {
          [name]: { ...schema, ...(needsOptions ? {} : { type: ['object', 'null'] }), additionalProperties: false, description },
        },
        required: [name],
        additionalProperties: false,
      };
      return needsOptions ? [withOptions] : [{ const: name, description }, withOptions];
    }),
  };
}

function withPartReferences(schema: JsonSchema): JsonSchema {
  const { part, orNumber, ...rest } = schema;
  if (part !== undefined) {
    const reference: JsonSchema = { $ref: `#/$defs/${part}` };
    return orNumber ? { ...rest, anyOf: [{ type: 'number' }, reference] } : { ...rest, ...reference };
  }
  const { properties, items, anyOf, additionalProperties } = rest;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, withPartReferences(value)])),
    }),
    ...(items && { items: withPartReferences(items) }),
    ...(anyOf && { anyOf: anyOf.map(withPartReferences) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: withPartReferences(additionalProperties) }),
  };
}

/** The schema of the value at a path, through lists, definitions and the branches that have the key. */
export function schemaAt(root: JsonSchema, path: readonly (string | number)[]): JsonSchema | undefined {
  let here: JsonSchema[] = [root];
  for (const step of path) here = here.flatMap((schema) => branches(root, schema)).flatMap((schema) => childAt(schema, step));
  return here[0];
}

/** The keys that a mapping at this path may have. */
export function keysAt(root: JsonSchema, path: readonly (string | number)[]): string[] {
  const schema = schemaAt(root, path);
  return schema === undefined ? [] : branches(root, schema).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

export function childAt({ properties, items, additionalProperties }: JsonSchema, step: string | number): JsonSchema[] {
  if (properties !== undefined && Object.hasOwn(properties, step)) return [properties[step] as JsonSchema];
  if (items !== undefined && /^\d+$/.test(String(step))) return [items];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** The schemas that a value may meet, definitions and unions resolved. */
export function branches(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.slice('#/$defs/'.length)];
    return target === undefined ? [] : branches(root, target);
  }
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap((branch) => branches(root, branch));
}

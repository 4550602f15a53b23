import { type ConfigPath, isMapping } from './config-path.ts';
import { branches, childAt, type JsonSchema } from './json-schema.ts';

/**
 * The places of all keys that no schema knows, inside options as well: a plugin's nested z.object lets unknown keys
 * pass unless it says strict, and a misspelt option that is silently ignored is the worst that a config can do.
 */
export function unknownKeys(
  value: unknown,
  root: JsonSchema,
  schemas: readonly JsonSchema[] = [root],
  path: ConfigPath = [],
): ConfigPath[] {
  const known = schemas.flatMap((schema) => branches(root, schema));
  const inside = (key: string | number, child: unknown) => {
    const next = known.flatMap((schema) => childAt(schema, key));
    return next.length === 0 ? [] : unknownKeys(child, root, next, [...path, key]);
  };
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(index, item));
  if (!isMapping(value)) return [];
  // What stands for a part has a name for its key; the registry knows those.
  const isPart = schemas.some(({ $ref, anyOf }) => $ref !== undefined || anyOf?.some((each) => each.$ref !== undefined));
  const objects = known.filter(({ type }) => type === undefined || [type].flat().includes('object'));
  const isClosed =
    !isPart &&
    objects.length > 0 &&
    objects.every(({ properties, additionalProperties = false }) => properties !== undefined && additionalProperties === false);
  return Object.entries(value).flatMap(([key, child]) => {
    const isUnknown = isClosed && !objects.some(({ properties = {} }) => Object.hasOwn(properties, key));
    return isUnknown ? [[...path, key]] : inside(key, child);
  });
}

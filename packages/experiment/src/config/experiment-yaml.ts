import { stringify } from 'yaml';
import type { Experiment } from './experiment.ts';

/**
 * A complete experiment as YAML: read again, it is the same experiment.
 *
 * @param schema where editors find the JSON Schema: the first line then names it.
 */
export function experimentYaml(experiment: Experiment, { schema }: { readonly schema?: string } = {}): string {
  const plain: unknown = JSON.parse(JSON.stringify(experiment));
  const text = stringify(plain, { schema: 'core', lineWidth: 0, aliasDuplicateObjects: false });
  return schema === undefined ? text : `# yaml-language-server: $schema=${schema}\n${text}`;
}

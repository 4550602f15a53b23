import type { Diagnosis } from '@espalier/backend-node';
import { facts } from './facts.ts';
import { bytes, seconds } from './format.ts';
import type { TableOptions } from './table.ts';

/** What the machine has, and what to do about what it has not. */
export function diagnosisView(diagnosis: Diagnosis, options: TableOptions): string {
  const { backend, failure, forced, node, platform, versions, cache, attempts, advice } = diagnosis;
  const { colours } = options;
  const lines = facts(
    [
      [
        'backend',
        backend === undefined
          ? colours.red(`none: ${failure?.reason ?? 'none works'}`)
          : colours.green(`${backend.name} ${backend.version}`),
      ],
      forced === undefined ? undefined : ['asked for', `${forced}, by ESPALIER_BACKEND`],
      ['node', `${node} on ${platform}`],
      ['tfjs', versions.tfjs ?? 'not found'],
      ['tfjs-node', versions.tfjsNode ?? 'not installed'],
      ['wasm', versions.tfjsBackendWasm ?? 'not installed'],
      ['cache', `${cache.folder}, ${bytes(cache.bytes)}`],
    ],
    options,
  );
  const tried = attempts.flatMap(({ step, ok, reason, remedy, seconds: spent }) => [
    `  ${ok ? colours.green('✓') : colours.red('✗')} ${step}${spent === undefined ? '' : colours.dim(` ${seconds(spent)}`)}${reason === undefined ? '' : `: ${reason}`}`,
    ...(remedy === undefined ? [] : [`    ${remedy}`]),
  ]);
  return [
    lines,
    ...(tried.length === 0 ? [] : ['', 'The last installation of the native backend', ...tried]),
    ...(advice.length === 0 ? [] : ['', 'What to do', ...advice.map((line) => `  ${line}`)]),
  ].join('\n');
}

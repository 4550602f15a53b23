import { relative } from 'node:path';
import type { CreatedPlugin } from './create-plugin.ts';

/** What is told to whoever made a plugin: what it is, and what to type next. */
export function nextSteps(
  { name, kind, part, folder, workspace }: CreatedPlugin,
  from: string,
  agent = process.env['npm_config_user_agent'],
): string {
  const to = relative(from, folder) || '.';
  const client = /^(pnpm|yarn|bun)\//.exec(agent ?? '')?.[1] ?? 'npm';
  const install = workspace === undefined ? `${client} install` : `npx -y ${workspace.packageManager} install`;
  const steps = [
    ...(to === '.' ? [] : [`cd ${to}`]),
    install,
    // bun has a runner of its own by the name of `bun test`.
    `${client} run test`,
    'npx espalier run configs/experiment.yaml',
    'npx espalier sweep configs/sweep.yaml',
    `npx espalier compare sweeps/${part}`,
  ];
  return [
    `Made ${name} in ${to}: the ${kind} "${part}", with a test, an experiment and a sweep. Next:`,
    '',
    ...steps.map((step) => `  ${step}`),
  ].join('\n');
}

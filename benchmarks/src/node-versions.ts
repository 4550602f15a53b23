import { execFileSync } from 'node:child_process';

/** A Node to run workers with. */
export interface NodeVersion {
  readonly program: string;
  readonly version: string;
}

const ASKED = 'JSON.stringify({ program: process.execPath, version: process.versions.node })';

/** The newest of these majors, from the npm package `node`; those that cannot be had are said and left out. */
export function nodesOf(majors: readonly number[]): NodeVersion[] {
  return majors.flatMap((major) => {
    try {
      const answer = execFileSync('npx', ['-y', '-p', `node@${major}`, 'node', '-p', ASKED], { stdio: ['ignore', 'pipe', 'pipe'] });
      return [JSON.parse(answer.toString()) as NodeVersion];
    } catch (error) {
      process.stderr.write(`Node ${major} cannot be had by npx, and is left out: ${error instanceof Error ? error.message : error}\n`);
      return [];
    }
  });
}

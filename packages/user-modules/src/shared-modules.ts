import * as core from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

type Load = () => unknown;

const shared = new Map<string, Load>([
  ['@espalier/core', () => core],
  ['@tensorflow/tfjs', () => tf],
]);

/**
 * Gives these modules to users' modules, under these names, for all that are imported from now on: what a second copy is
 * told (a rule for a layer, a token) the program that runs would never hear of. A module is loaded when the first user's is.
 */
export function shareModules(modules: Readonly<Record<string, Load>>): void {
  for (const [name, load] of Object.entries(modules)) shared.set(name, load);
}

/** What users' modules get by these names, whatever lies in their own node_modules. */
export async function sharedModules(): Promise<Record<string, unknown>> {
  return Object.fromEntries(await Promise.all([...shared].map(async ([name, load]) => [name, await load()] as const)));
}

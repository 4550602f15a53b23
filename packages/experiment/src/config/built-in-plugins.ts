import * as core from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** The packages whose plugins are there without asking; each is imported when the first config is read. */
const PACKAGES: Readonly<Record<string, () => Promise<{ readonly default: core.Plugin }>>> = {
  '@espalier/backend-node': () => import('@espalier/backend-node'),
  '@espalier/datasets': () => import('@espalier/datasets'),
  '@espalier/models': () => import('@espalier/models'),
  '@espalier/strategy-gradient': () => import('@espalier/strategy-gradient'),
  '@espalier/strategy-gradual': () => import('@espalier/strategy-gradual'),
  '@espalier/strategy-magnitude': () => import('@espalier/strategy-magnitude'),
  '@espalier/strategy-neuron': () => import('@espalier/strategy-neuron'),
};

export function isBuiltIn(name: string): boolean {
  return name === core.corePlugin.name || Object.hasOwn(PACKAGES, name);
}

export async function builtInPlugins(): Promise<core.Plugin[]> {
  const modules = await Promise.all(Object.values(PACKAGES).map((load) => load()));
  return [core.corePlugin, ...modules.map((module) => module.default)];
}

/**
 * The modules that a plugin must share with its host, whatever copies lie in its own node_modules: tokens, parts and
 * tensors of another instance would be strangers. By these names a plugin gets ours, and needs none installed.
 */
export async function hostModules(): Promise<Record<string, unknown>> {
  const builtIn = await Promise.all(Object.entries(PACKAGES).map(async ([name, load]) => [name, await load()]));
  return { '@espalier/core': core, '@tensorflow/tfjs': tf, ...Object.fromEntries(builtIn) };
}

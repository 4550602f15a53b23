import { corePlugin, type Plugin } from '@espalier/core';
import { shareModules } from '@espalier/user-modules';

/** The packages whose plugins are there without asking; each is imported when the first config is read. */
const PACKAGES: Readonly<Record<string, () => Promise<{ readonly default: Plugin }>>> = {
  '@espalier/backend-node': () => import('@espalier/backend-node'),
  '@espalier/datasets': () => import('@espalier/datasets'),
  '@espalier/models': () => import('@espalier/models'),
  '@espalier/strategy-gradient': () => import('@espalier/strategy-gradient'),
  '@espalier/strategy-gradual': () => import('@espalier/strategy-gradual'),
  '@espalier/strategy-magnitude': () => import('@espalier/strategy-magnitude'),
  '@espalier/strategy-neuron': () => import('@espalier/strategy-neuron'),
};

export function isBuiltIn(name: string): boolean {
  return name === corePlugin.name || Object.hasOwn(PACKAGES, name);
}

export async function builtInPlugins(): Promise<Plugin[]> {
  const modules = await Promise.all(Object.values(PACKAGES).map((load) => load()));
  return [corePlugin, ...modules.map((module) => module.default)];
}

/**
 * The modules that a plugin must share with its host, whatever copies lie in its own node_modules: tokens, parts, tensors
 * and rules of another instance would be strangers. By these names a plugin gets ours, and needs none installed.
 */
shareModules({
  ...PACKAGES,
  '@espalier/sparse': () => import('@espalier/sparse'),
  '@espalier/surgery': () => import('@espalier/surgery'),
});

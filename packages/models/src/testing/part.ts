import { BASE_FOLDER, type ModelSource, type ModelTask, Part, PartContainer, Registry, SEED } from '@espalier/core';
import plugin from '../index.ts';

/** A model source as a config makes it: options completed by their schema, constructor filled by the container. */
export function modelSource(name: string, options: Record<string, unknown> = {}, baseFolder = '/'): ModelSource {
  const registry = new Registry([plugin]);
  const { part, problems } = registry.complete(new Part('model', name, options));
  if (problems.length > 0) throw new Error(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return new PartContainer(registry).bind(SEED, 1).bind(BASE_FOLDER, baseFolder).make(part);
}

export const MNIST_TASK: ModelTask = { inputShapes: [[28, 28, 1]], task: 'classification', outputs: 10, seed: 1 };

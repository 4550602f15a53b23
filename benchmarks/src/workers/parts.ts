import trainers from '@espalier/backend-node';
import {
  BASE_FOLDER,
  corePlugin,
  LOG,
  Part,
  PartContainer,
  type PartKind,
  type PartTypes,
  RANDOM,
  Random,
  Registry,
  SEED,
} from '@espalier/core';
import datasets from '@espalier/datasets';
import models from '@espalier/models';
import magnitude from '@espalier/strategy-magnitude';

const container = new PartContainer(new Registry([corePlugin, trainers, datasets, models, magnitude]))
  .bind(SEED, 1)
  .bind(BASE_FOLDER, process.cwd())
  .bind(LOG, () => {})
  .bind(RANDOM, Random.of(1));

/** A part by its name, as a config would get it. */
export function make<K extends PartKind>(kind: K, name: string, options: Readonly<Record<string, unknown>> = {}): PartTypes[K] {
  return container.make(new Part(kind, name, options));
}

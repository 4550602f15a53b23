import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ParseOptions, parseExperiment } from '../parse-experiment.ts';

/** A plugin in TypeScript with decorators, as a user would write it: a dataset and a model. */
export const LOCAL_PLUGIN = `
import { type Dataset, type DatasetSource, definePlugin, inject, injectable, type ModelSource, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const netOptions = z.object({ hidden: z.array(z.int().min(1)).min(1).describe('Units.'), task: z.enum(['small', 'large']).default('small'), drop: z.object({ rate: z.number() }).optional() });

class DigitsSource implements DatasetSource {
  load(): Promise<Dataset> {
    throw new Error('not in these tests');
  }
}

@injectable()
class NetSource implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof netOptions>) {}

  build(): tf.LayersModel {
    return tf.sequential({ layers: this.options.hidden.map((units) => tf.layers.dense({ units, inputShape: [1] })) });
  }
}

export default definePlugin({
  name: 'local',
  datasets: { digits: { use: DigitsSource } },
  models: { net: { use: NetSource, options: netOptions } },
});
`;

export const VALID_CONFIG = `name: quick
plugins: [./local.ts]
data: digits
model: { net: { hidden: [128, 64] } }
train: { epochs: 5, optimizer: adam }
prune:
  strategy: { magnitude: { rounds: 4 } }
  sparsity: 0.9
  epochs: 4
expect: { accuracyDrop: { max: 0.005 } }
`;

/** A folder outside of the repository, without node_modules, that holds the local plugin and what is given. */
export function configFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'espalier-config-')));
  for (const [name, text] of Object.entries({ 'local.ts': LOCAL_PLUGIN, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What a config is told, its folder left out; empty where nothing is wrong. */
export async function complaint(folder: string, text: string, options: Omit<ParseOptions, 'file'> = {}): Promise<string> {
  try {
    await parseExperiment(text, { ...options, file: join(folder, 'x.yaml') });
    return '';
  } catch (error) {
    if ((error as Error).name !== 'ConfigError') throw error;
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
}

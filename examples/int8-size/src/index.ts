import { gzipSync } from 'node:zlib';
import { definePlugin, type EvaluatedModel, type Evaluator } from '@espalier/core';

/** Bytes of the weights as 8-bit numbers with one scale for each parameter, gzipped: about what a TFLite file would have. */
export class Int8Size implements Evaluator {
  readonly unit = 'bytes';

  async evaluate({ parameters }: EvaluatedModel): Promise<number> {
    const files = await Promise.all(
      parameters.map(async ({ variable }) => {
        const weights = Float32Array.from(await variable.data());
        const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
        return Uint8Array.from(weights, (weight) => (largest === 0 ? 0 : 255 & Math.round((127 * weight) / largest)));
      }),
    );
    return gzipSync(Buffer.concat(files)).length + 4 * files.length;
  }
}

export default definePlugin({
  name: '@espalier-examples/int8-size',
  evaluators: { int8Size: { use: Int8Size, description: 'Bytes as 8-bit weights, gzipped.' } },
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Weights by the name of their parameter. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

const model = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.int().nonnegative()), dtype: z.string(), quantization: z.unknown().optional() }),
      ),
    }),
  ),
});

/** Files larger than this hold more weights than a page can tell of. */
const MOST_BYTES = 64_000_000;

/** The weights that a run has saved, float32 as runs save them; undefined where they are not there or in another format. */
export function weightsIn(folder: string): Weights | undefined {
  try {
    const { weightsManifest } = model.parse(JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')));
    const weights = new Map<string, { shape: readonly number[]; values: Float32Array }>();
    for (const group of weightsManifest) {
      // A manifest may name any path; those of a run lie beside it.
      const bytes = Buffer.concat(group.paths.map((name) => readFileSync(path.join(folder, path.basename(name)))));
      if (bytes.length > MOST_BYTES) return undefined;
      let offset = bytes.byteOffset;
      const end = bytes.byteOffset + bytes.length;
      for (const { name, shape, dtype, quantization } of group.weights) {
        const size = shape.reduce((product, each) => product * each, 1);
        if (dtype !== 'float32' || quantization !== undefined || offset + 4 * size > end) return undefined;
        weights.set(name, { shape, values: new Float32Array(bytes.buffer.slice(offset, offset + 4 * size)) });
        offset += 4 * size;
      }
    }
    return weights;
  } catch {
    return undefined;
  }
}

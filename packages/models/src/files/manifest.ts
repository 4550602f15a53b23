import { EspalierError, z } from '@espalier/core';

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, float16: 2, uint16: 2, uint8: 1 } as const;

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
  quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) }).optional(),
});
const manifestSchema = z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSchema) }));

/** Which weights stand in which files, as a model.json lists them. */
export type Manifest = z.infer<typeof manifestSchema>;
export type WeightGroup = Manifest[number];

/** @throws EspalierError where the list is not what tfjs writes. */
export function checkManifest(manifest: unknown, where: string): Manifest {
  const parsed = manifestSchema.safeParse(manifest);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EspalierError({ where, what: 'its weightsManifest cannot be read', why: `${issue?.path.join('.')}: ${issue?.message}` });
}

/** How many bytes the weights of a group take in its files. */
export function bytesOf({ weights }: WeightGroup): number {
  return weights.reduce((sum, { shape, dtype, quantization }) => {
    return sum + shape.reduce((product, length) => product * length, 1) * BYTES[quantization?.dtype ?? dtype];
  }, 0);
}

import { EspalierError } from '@espalier/core/errors';
import type { SparseOptions } from './sparse-model.ts';

/** Of memory, where nothing is said. */
const MOST_BYTES = 2 ** 30;

/** @throws EspalierError where they limit nothing: no comparison with what is no number holds. */
export function limitsOf({ batch = 1, maxBytes = MOST_BYTES }: SparseOptions): Required<Pick<SparseOptions, 'batch' | 'maxBytes'>> {
  check('batch', batch, Number.isInteger(batch) && batch > 0, 'whole number');
  check('maxBytes', maxBytes, typeof maxBytes === 'number' && maxBytes > 0, 'number of bytes');
  return { batch, maxBytes };
}

function check(option: string, value: unknown, holds: boolean, wanted: string): void {
  if (holds) return;
  throw new EspalierError({
    where: `the option ${option}`,
    what: `is ${typeof value === 'string' ? `"${value}"` : value}`,
    remedy: `Give a ${wanted} above 0, or leave it out`,
  });
}

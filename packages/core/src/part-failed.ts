import { EspalierError } from './errors.ts';

/** What a part threw, naming the part: it is often the user's own. What it says of itself stays as it is. */
export function partFailed(where: string, error: unknown): EspalierError {
  if (error instanceof EspalierError) return error;
  return new EspalierError({ where, what: 'failed', why: error instanceof Error ? error.message : String(error) }, { cause: error });
}

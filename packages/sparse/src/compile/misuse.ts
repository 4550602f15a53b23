import { refuse } from './sparse-rule.ts';

export const CORRECT = 'Correct the rule that was given to defineSparseRule';

/** Of what a rule asks of an operation that it cannot do. */
export function misuse(build: Parameters<typeof refuse>[0], why: string, remedy = CORRECT): never {
  return refuse(build, `its sparse rule ${why}`, remedy);
}

import { isOurs, refuse, sparseRuleOf } from './sparse-rule.ts';

export const REPORT = 'Please report it with the model';
export const CORRECT = 'Correct the rule that was given to defineSparseRule';

/** Of what a rule asks of an operation that it cannot do. */
export function misuse(build: { readonly where: string; readonly type: string }, why: string, remedy = CORRECT): never {
  return refuse(build, `its sparse rule ${why}`, isOurs(sparseRuleOf(build.type)) ? REPORT : remedy);
}

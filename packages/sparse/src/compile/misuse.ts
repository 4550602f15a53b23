import { isOurs, refuse, sparseRuleOf } from './sparse-rule.ts';

export const CORRECT = 'Correct the rule that was given to defineSparseRule';

/** What to do about a rule for this type of layer that is wrong: it is ours or the user's. */
export function remedyFor(type: string, correct = CORRECT): string {
  return isOurs(sparseRuleOf(type)) ? 'Please report it with the model' : correct;
}

/** Of what a rule asks of an operation that it cannot do. */
export function misuse(build: { readonly where: string; readonly type: string }, why: string, remedy = CORRECT): never {
  return refuse(build, `its sparse rule ${why}`, remedyFor(build.type, remedy));
}

import { EspalierError, partInWords } from '@espalier/core';

/** What cannot be trained natively, by name and with the reason. */
export class NoNativeRule extends EspalierError {
  constructor(what: string) {
    super({
      where: 'trainer "native"',
      what,
      remedy: 'Write trainer: auto, which trains through the tape where there is no rule, or trainer: tape',
    });
  }
}

type Class<T> = abstract new (...given: never[]) => T;

/** Whether a part is of exactly this class: one that extends it may compute something else, and a rule cannot see what. */
export function isExactly<T extends object>(part: object, type: Class<T>): part is T {
  return part.constructor === type;
}

/** A part that is of exactly none of the classes that have a rule. */
export function noRuleFor(part: object, classes: readonly Class<object>[]): NoNativeRule {
  const base = classes.find((type) => part instanceof type);
  return new NoNativeRule(`${partInWords(part)} ${base === undefined ? 'has no native rule' : `extends ${base.name} and may change it`}`);
}

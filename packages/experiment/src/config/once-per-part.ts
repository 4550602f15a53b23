import type { Part, Registry } from '@espalier/core';

/** Remembers the answer for each part: the runs of a sweep share theirs. */
export function oncePerPart<P extends Part, A>(ask: (part: P, registry: Registry) => A): (part: P, registry: Registry) => A {
  const known = new WeakMap<P, { readonly registry: Registry; readonly answer: A }>();
  return (part, registry) => {
    const before = known.get(part);
    if (before?.registry === registry) return before.answer;
    const answer = ask(part, registry);
    known.set(part, { registry, answer });
    return answer;
  };
}

import './reflect.ts';
import * as tokens from './tokens.ts';

const OURS: ReadonlySet<unknown> = new Set(Object.values(tokens).filter((value) => typeof value === 'symbol'));

/**
 * The token (`OPTIONS`) of another copy of core that a class injects: nothing would ever be given to it here, as a
 * token is no other's equal. Undefined where there is none.
 */
export function strangeToken(use: unknown): string | undefined {
  for (const token of injectedBy(use)) {
    const name = typeof token === 'symbol' ? /^espalier\.(.+)/.exec(token.description ?? '')?.[1] : undefined;
    if (name !== undefined && !OURS.has(token)) return name;
  }
  return undefined;
}

/** What tsyringe's @inject has written down on a class. Metadata are one for the whole process. */
function injectedBy(use: unknown): unknown[] {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: unknown) => Record<string, unknown> | undefined };
  const descriptors = typeof use === 'function' ? Object.values(getMetadata?.('injectionTokens', use) ?? {}) : [];
  return descriptors.map((each) => (typeof each === 'object' && each !== null && 'token' in each ? each.token : each));
}

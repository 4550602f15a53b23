import { BrokenPromise, type ErrorParts, EspalierError, type PartKind, type Plugin, parsePart } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { TestBed } from './test-bed.ts';
import { watchOver } from './watchdog.ts';

/** What every suite takes. */
export interface SuiteOptions<Name extends string = string> {
  /** Plugins that bring the parts which its options name; core's are always there. */
  readonly with?: readonly Plugin[];
  /** Promises that this part does not make, each with the reason. One that holds all the same is an error. */
  readonly except?: Readonly<Partial<Record<Name, string>>>;
  /** Seconds for one call of the part; 20 where it is not given. */
  readonly timeLimit?: number;
}

/** One promise of an interface. */
export interface Promised<S> {
  /** The sentence that names its test. */
  readonly says: string;
  /** @throws BrokenPromise saying what was seen, why it matters, and how to mend it. */
  holds(subject: S): void | Promise<void>;
}
export type Promises<S, Name extends string> = Readonly<Record<Name, Promised<S>>>;

/** A part under test. */
export interface Tried {
  readonly bed: TestBed;
  /** As a config would name it. */
  readonly config: unknown;
  /** `scorer "entropy" of @acme/espalier-plugin-entropy`. */
  readonly words: string;
  readonly timeLimit: number;
}

/**
 * The part that a suite is about: `tried('scorer', plugin, 'entropy')`.
 *
 * @throws EspalierError where there is no such part, or its options are wrong.
 */
export function tried(kind: PartKind, plugin: Plugin, config: unknown, { with: others = [], timeLimit = 20 }: SuiteOptions = {}): Tried {
  const bed = new TestBed(plugin, ...others);
  const part = parsePart(kind, config);
  if (part === undefined) {
    throw new EspalierError({
      where: plugin.name,
      what: `a ${kind} is written as "name" or { name: {options} }, and not as ${JSON.stringify(config)}`,
    });
  }
  const [problem] = bed.registry.complete(part).problems;
  if (problem !== undefined) {
    const { path, message, names = [] } = problem;
    throw new EspalierError({
      where: [`${kind} "${part.name}"`, ...path.slice(1)].join('.'),
      what: message,
      why: names.length > 0 ? `there are ${names.join(', ')}` : undefined,
      remedy: 'Parts of other plugins are known where these stand under "with"; options stand behind the name: { name: {options} }',
    });
  }
  return { bed, config, words: `${kind} "${part.name}" of ${plugin.name}`, timeLimit };
}

interface Disposable {
  dispose?(): void | Promise<void>;
}

/** Registers one test per promise. The subject is made when the first of them runs. */
export function suite<S, Name extends string>(
  { words, config, timeLimit }: Pick<Tried, 'words' | 'config' | 'timeLimit'>,
  promises: Promises<S, Name>,
  makeSubject: () => S,
  except: Readonly<Partial<Record<string, string>>> = {},
): void {
  const unknown = Object.keys(except).filter((name) => !(name in promises));
  if (unknown.length > 0) {
    throw new EspalierError({
      where: words,
      what: `there is no promise called ${unknown.join(', ')}`,
      remedy: `Those that may stand under "except" are ${Object.keys(promises).join(', ')}`,
    });
  }
  let subject: { readonly made: S } | undefined;
  const options = typeof config === 'string' ? '' : ` ${JSON.stringify(config)}`;
  describe(`${words}${options}`, () => {
    beforeAll(async () => void (await tf.setBackend('cpu')));
    afterAll(() => (subject?.made as Disposable | undefined)?.dispose?.());
    for (const name of Object.keys(promises) as Name[]) {
      const promise = promises[name];
      const reason = except[name];
      const hold = async () => {
        await watchOver(`${words}, tested for "${name}"`, timeLimit + Math.max(1, timeLimit / 4), async () => {
          subject ??= { made: makeSubject() };
          await promise.holds(subject.made);
        });
      };
      // The limit is the part's own, for one call: vitest's for a whole test would cut it off before it can say what is wrong.
      if (reason === undefined) test(`${name}: ${promise.says}`, { timeout: 0 }, hold);
      else test(`${name}: not promised, as ${reason}`, { timeout: 0 }, () => mustFail(hold, words, name));
    }
  });
}

/** What is no error of the part's, but one of the test itself, is none that was foreseen. */
async function mustFail(hold: () => Promise<void>, words: string, name: string): Promise<void> {
  try {
    await hold();
  } catch (error) {
    if (error instanceof EspalierError) return;
    throw error;
  }
  throw new BrokenPromise({
    where: words,
    what: `keeps the promise "${name}", which it is excepted from`,
    remedy: 'Take it out of "except"',
  });
}

/** @throws BrokenPromise */
export function broken(parts: ErrorParts): never {
  throw new BrokenPromise(parts);
}

/**
 * Waits for a call of the part, but not for ever.
 *
 * @throws BrokenPromise where the time is up; of a call that never gives the thread back the watchdog tells.
 */
export async function within<T>(
  { words, timeLimit }: Pick<Tried, 'words' | 'timeLimit'>,
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const parts = {
        where: words,
        what: `${what} has not come to its end after ${timeLimit} s`,
        why: 'a run would wait for it for ever',
        remedy: 'Look for a promise that nobody resolves; where it is only slow, give { timeLimit } in seconds',
      };
      reject(new BrokenPromise(parts));
    }, timeLimit * 1000);
  });
  try {
    return await Promise.race([Promise.resolve(work()), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error that names the part, whatever was thrown. */
export function failure(where: string, error: unknown): Error {
  if (error instanceof EspalierError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new EspalierError({ where, what: 'failed', why }, { cause: error });
}

import './reflect.ts';
import { type DependencyContainer, type InjectionToken, container as root } from 'tsyringe';
import { type ErrorParts, EspalierError } from './errors.ts';
import { rememberPart } from './made-part.ts';
import { Part } from './part.ts';
import type { PartProblem, Registry } from './registry.ts';
import { strangeToken } from './strange-token.ts';
import {
  LEARNING_RATE,
  MAKE,
  type Make,
  OPTIONS,
  type PartKind,
  type PartTypes,
  SCHEDULER,
  SCORER,
  THRESHOLD,
  type Token,
} from './tokens.ts';

/** The kinds that are injected when a part's options name one. */
const INJECTED_KINDS: Partial<Record<PartKind, Token<unknown>>> = {
  scorer: SCORER as Token<unknown>,
  scheduler: SCHEDULER as Token<unknown>,
  threshold: THRESHOLD as Token<unknown>,
  learningRate: LEARNING_RATE as Token<unknown>,
};

/** What an instance of each kind must have: what a class lacks is named here and not where it is first asked for. */
const MEMBERS = {
  strategy: { prune: 'function' },
  scorer: { score: 'function' },
  scheduler: { sparsityAt: 'function' },
  threshold: { lines: 'function' },
  granularity: { arrange: 'function' },
  dataset: { load: 'function' },
  model: { build: 'function' },
  optimizer: { learningRate: 'object', weightDecay: 'number', slots: 'object', update: 'function' },
  learningRate: { rateAt: 'function' },
  loss: { compute: 'function' },
  trainer: { open: 'function' },
  metric: { sums: 'function', value: 'function' },
  evaluator: { evaluate: 'function' },
  reportSection: { title: 'string', show: 'function' },
} as const satisfies { readonly [K in PartKind]: { readonly [M in keyof PartTypes[K]]?: 'function' | 'object' | 'number' | 'string' } };

/**
 * What the parts of one run are made from: a child container of tsyringe in which the run's model, data, random
 * numbers and so on are bound under their tokens. It dies with the run.
 */
export class PartContainer {
  private readonly registry: Registry;
  private readonly container: DependencyContainer;
  /** Of what was bound lazily and could not be made: here, or in a container around this one. */
  private readonly failures: unknown[];

  constructor(registry: Registry, container: DependencyContainer = root.createChildContainer(), failures: unknown[] = []) {
    this.registry = registry;
    this.container = container;
    this.failures = failures;
    const make: Make = (part) => this.make(part);
    this.bind(MAKE, make);
  }

  /** Binds a value for all parts made from here on. */
  bind<T>(token: Token<T>, value: T): this {
    this.container.register(token as InjectionToken<T>, { useValue: value });
    return this;
  }

  /** Binds what is made when it is first asked for. */
  bindLazily<T>(token: Token<T>, make: () => T): this {
    let made: { value: T } | undefined;
    this.container.register(token as InjectionToken<T>, {
      useFactory: () => {
        made ??= { value: noting(this.failures, make) };
        return made.value;
      },
    });
    return this;
  }

  /**
   * Makes an instance of a part, and with it those that its options name. Options that are not given have their defaults.
   *
   * @throws EspalierError naming what is wrong with its name or options, or the part and its plugin where a constructor
   * fails, asks for what is not there, or gives an instance without what its kind must have.
   */
  make<K extends PartKind>(given: Part<K>): PartTypes[K] {
    const { part, problems } = this.registry.complete(given);
    const entry = this.registry.find(part.kind, part.name);
    if (problems.length > 0 || entry === undefined) throw new EspalierError(problems.map(problemText).join('; '));
    const own = new PartContainer(this.registry, this.container.createChildContainer(), this.failures);
    own.bind(OPTIONS, part.options);
    // The first of each kind: for a second scorer there is MAKE.
    const named = Object.values(part.options).filter((option): option is Part => option instanceof Part);
    const failures: unknown[] = [];
    for (const [kind, token] of Object.entries(INJECTED_KINDS)) {
      const option = named.find((one) => one.kind === kind);
      if (option !== undefined) own.bindLazily(token, () => noting(failures, () => this.make(option)));
    }
    const where = `${entry.kind} "${entry.name}" of ${entry.plugin}`;
    const failedBefore = this.failures.length;
    let instance: PartTypes[K];
    try {
      instance = own.container.resolve(entry.use) as PartTypes[K];
    } catch (error) {
      // tsyringe tells of what is within as of an argument of a constructor: its own words say it better.
      const [inner] = failures;
      if (inner !== undefined) throw inner;
      throw new EspalierError(
        { where, what: 'cannot be made', ...reason(this.failures[failedBefore] ?? error, entry.use) },
        { cause: error },
      );
    }
    const missing = Object.entries(MEMBERS[entry.kind]).filter(
      ([name, type]) => typeof (instance as unknown as Record<string, unknown>)[name] !== type,
    );
    if (missing.length > 0) {
      const what = `has no ${missing.map(([name, type]) => `${type === 'function' ? 'method' : 'field'} "${name}"`).join(', no ')}`;
      throw new EspalierError({ where, what, why: `every ${entry.kind} has ${missing.length === 1 ? 'one' : 'them'}` });
    }
    rememberPart(instance, entry);
    return instance;
  }
}

function noting<T>(failures: unknown[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    failures.push(error);
    throw error;
  }
}

function problemText({ path, message, names }: PartProblem): string {
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  return `${where}${message}${names !== undefined && names.length > 0 ? ` (there are ${names.join(', ')})` : ''}`;
}

/** Why a class could not be made, and what to do where that is known. */
function reason(error: unknown, use: unknown): Pick<ErrorParts, 'why' | 'remedy'> {
  const stranger = strangeToken(use);
  if (stranger === undefined) return { why: reasonInWords(error) };
  return {
    why: `its constructor injects ${stranger} of another copy of @espalier/core`,
    remedy: 'Install one copy for both: `npm ls @espalier/core` shows where they are',
  };
}

function reasonInWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('TypeInfo not known')) return 'its constructor takes arguments, but the class is not marked @injectable()';
  const missing = /Symbol\(espalier\.(\w+)\)/.exec(message)?.[1];
  if (missing !== undefined && message.includes('unregistered')) {
    return `its constructor injects ${missing}, which nothing here provides${missing === 'SCORER' || missing === 'SCHEDULER' ? ` (declare an option with part('${missing.toLowerCase()}'))` : ''}`;
  }
  return message;
}

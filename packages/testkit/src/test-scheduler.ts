import { Budget, EspalierError, type Plugin, rounds, type Scheduler, type Step } from '@espalier/core';
import { broken, type Promises, type SuiteOptions, suite, type Tried, tried } from './suite.ts';

/**
 * Tests that a scheduler keeps what every scheduler promises: `testScheduler(plugin, 'sine')`, or with options
 * `testScheduler(plugin, { linear: { end: 0.75 } })`.
 */
export function testScheduler(plugin: Plugin, config: unknown, options: SuiteOptions<SchedulerPromise> = {}): void {
  const one = tried('scheduler', plugin, config, options);
  suite(one, SCHEDULER_PROMISES, () => new SchedulerSubject(one), options.except);
}

const TARGETS = [0, 0.3, 0.8, 0.95, 1];

/** Trainings of one step, of a few, of many; and rounds. */
const COURSES: Readonly<Record<string, () => Step[]>> = {
  'a training of one step': () => stepsOf(new Budget(1, 1)),
  'a training of 7 steps': () => stepsOf(new Budget(7, 3)),
  'a training of 300 steps': () => stepsOf(new Budget(300, 40)),
  '5 rounds': () => [...rounds(5)],
};

function stepsOf(budget: Budget): Step[] {
  return Array.from({ length: budget.steps }, (_, i) => budget.at(i + 1, 0.5));
}

interface Course {
  /** `in a training of 7 steps to 0.8`. */
  readonly words: string;
  readonly target: number;
  readonly steps: readonly Step[];
  readonly sparsities: readonly number[];
}

/** A scheduler and what it wants in each course. */
export class SchedulerSubject {
  readonly tried: Tried;
  private known: readonly Course[] | undefined;

  constructor(one: Tried) {
    this.tried = one;
  }

  make(): Scheduler {
    return this.tried.bed.make('scheduler', this.tried.config);
  }

  courses(): readonly Course[] {
    this.known ??= Object.entries(COURSES).flatMap(([name, make]) =>
      TARGETS.map((target) => {
        const steps = make();
        const one = this.make();
        const words = `in ${name} to ${target}`;
        return { words, target, steps, sparsities: steps.map((step) => this.ask(one, step, target, words)) };
      }),
    );
    return this.known;
  }

  ask(one: Scheduler, step: Step, target: number, words: string): number {
    try {
      return one.sparsityAt(Object.freeze({ ...step }), target);
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where: `${this.tried.words} ${words}, step ${step.number}`, what: 'failed', why }, { cause: error });
    }
  }
}

export const SCHEDULER_PROMISES = {
  range: {
    says: 'stays between 0 and its target',
    holds(subject) {
      for (const { words, target, steps, sparsities } of subject.courses()) {
        const at = sparsities.findIndex((sparsity) => !(sparsity >= 0 && sparsity <= target + 1e-12));
        if (at < 0) continue;
        broken({
          where: `${subject.tried.words} ${words}`,
          what: `step ${steps[at]?.number} is to have a sparsity of ${sparsities[at]}`,
          why: 'what is pruned too early is gone for good, and a cut outside of 0 to 1 ends the run',
          remedy: 'Scale by the target that is given, and end with Math.min(target, …); progress goes from just above 0 to 1',
        });
      }
    },
  },

  ends: {
    says: 'ends on its target',
    holds(subject) {
      for (const { words, target, sparsities } of subject.courses()) {
        const last = sparsities.at(-1) as number;
        if (Math.abs(last - target) <= 1e-9) continue;
        broken({
          where: `${subject.tried.words} ${words}`,
          what: `the last step has a sparsity of ${last}`,
          why: 'the run misses the sparsity that its config asks for, and fails',
          remedy: 'Return the target where progress is 1',
        });
      }
    },
  },

  rises: {
    says: 'never falls',
    holds(subject) {
      for (const { words, steps, sparsities } of subject.courses()) {
        const at = sparsities.findIndex((sparsity, i) => i > 0 && sparsity < (sparsities[i - 1] as number) - 1e-12);
        if (at < 0) continue;
        broken({
          where: `${subject.tried.words} ${words}`,
          what: `falls from ${sparsities[at - 1]} to ${sparsities[at]} at step ${steps[at]?.number}`,
          why: 'a cut never revives what an earlier one pruned, so the run would not follow',
          remedy: 'Let it rise, or name the promise "rises" under "except" with your reason',
        });
      }
    },
  },

  pure: {
    says: 'depends on step and target alone: not on the order of calls, the instance, or the loss',
    holds(subject) {
      const [one, other] = [subject.make(), subject.make()];
      for (const { words, target, steps, sparsities } of subject.courses()) {
        for (const [i, step] of [...steps.entries()].reverse()) {
          const again = [
            subject.ask(one, step, target, words),
            subject.ask(other, { ...step, loss: Number.NaN }, target, words),
            subject.ask(one, { ...step, loss: 9 }, target, words),
          ];
          const differs = again.findIndex((sparsity) => !Object.is(sparsity, sparsities[i]));
          if (differs < 0) continue;
          broken({
            where: `${subject.tried.words} ${words}`,
            what: `step ${step.number} has ${sparsities[i]} at first, and ${again[differs]} when it is asked for again`,
            why: 'the plan asks for it without training, and a run that goes on after a kill asks again',
            remedy: 'Compute it from step and target; keep nothing in fields, draw no random numbers',
          });
        }
      }
    },
  },
} satisfies Promises<SchedulerSubject, string>;

export type SchedulerPromise = keyof typeof SCHEDULER_PROMISES;

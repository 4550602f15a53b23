import { EspalierError } from '@espalier/core';
import { MemoryStore } from './memory-store.ts';
import { isReached } from './reached.ts';
import type { Fared, StrategySubject } from './strategy-subject.ts';
import { broken, type Promises } from './suite.ts';
import type { Outcome } from './test-bed.ts';

export const STRATEGY_PROMISES = {
  ends: {
    says: 'comes to its end on each net, or is refused by name before anything is trained',
    async holds(subject) {
      const all = await subject.all();
      for (const one of all) {
        if (one.error === undefined) continue;
        if (one.error instanceof EspalierError) throw one.error;
        const why = one.error instanceof Error ? one.error.message : String(one.error);
        throw new EspalierError({ where: subject.where(one), what: 'failed', why }, { cause: one.error });
      }
      const [{ refused } = {}] = all as [Fared?];
      if (refused === undefined || all.some(({ outcome }) => outcome !== undefined)) return;
      throw new EspalierError(
        {
          where: subject.tried.words,
          what: 'is refused on each net of the testkit',
          why: refused.message,
          remedy: 'Give the suite what it takes: { granularity }, { with: [plugin] }, or { nets: { mine: () => ({ model, samples }) } }',
        },
        { cause: refused },
      );
    },
  },

  plan: {
    says: 'does what its rehearsal says',
    async holds(subject) {
      for (const one of await subject.done()) {
        const planned = one.plan.flatMap(({ what, step }) => (MADE.has(what) ? [`${what} at step ${step}`] : []));
        const made = madeBy(one.outcome);
        if (planned.join() === made.join()) continue;
        const at = planned.findIndex((each, i) => each !== made[i]);
        broken({
          where: subject.where(one),
          what: `its rehearsal says "${planned[at] ?? 'the end'}" where the run has "${made[at < 0 ? planned.length : at] ?? 'the end'}"`,
          why: 'the plan of a config shows when it will cut, and a sweep is estimated by it',
          remedy:
            'Decide when to cut by steps and rounds, not by losses (NaN in a rehearsal) or by what is pruned; else name "plan" under "except"',
        });
      }
    },
  },

  reaches: {
    says: 'ends with the sparsity that is asked for',
    async holds(subject) {
      const { sparsity, granularity } = subject.asked;
      for (const one of await subject.done()) {
        const stage = subject.tried.bed.on(subject.fresh(one.net), { granularity });
        const isMet = isReached(one.outcome.sparsity, sparsity, stage);
        stage.model.dispose();
        if (isMet) continue;
        broken({
          where: subject.where(one),
          what: `${one.outcome.sparsity} is pruned, where ${sparsity} was asked for`,
          why: 'a run that misses its sparsity fails',
          remedy:
            'Let the last cut ask for run.sparsity, also where the training does not divide by the interval: step.number === step.total',
        });
      }
    },
  },

  weights: {
    says: 'leaves finite weights, and zeros where it pruned',
    async holds(subject) {
      for (const one of await subject.done()) {
        for (const [name, weights] of Object.entries(one.outcome.weights)) {
          const mask = one.outcome.masks[name];
          const at = weights.findIndex((weight, i) => !Number.isFinite(weight) || (mask?.[i] === 0 && weight !== 0));
          if (at >= 0)
            broken({
              where: `${subject.where(one)}, ${name}`,
              what: `weight ${at} is ${weights[at]}${mask?.[at] === 0 ? ', though it is pruned' : ''}`,
            });
        }
      }
    },
  },

  masks: {
    says: 'prunes for good, but for what it regrows',
    async holds(subject) {
      for (const one of await subject.done()) {
        if (one.revived === undefined) continue;
        broken({
          where: subject.where(one),
          what: one.revived,
          why: 'sparsity would fall unseen, and the optimiser knows nothing of weights that come back',
          remedy: 'Regrow through run.regrow(share, drop, grow); where masks are written on purpose, name "masks" under "except"',
        });
      }
    },
  },

  budget: {
    says: 'trains no longer than the config grants',
    async holds(subject) {
      for (const one of await subject.done()) {
        const steps = one.outcome.events.filter(({ type }) => type === 'step').length;
        const granted = subject.asked.budget?.steps ?? 0;
        if (steps <= granted) continue;
        broken({
          where: subject.where(one),
          what: `trains ${steps} steps, where run.budget grants ${granted}`,
          why: 'in a sweep it would win by training longer than the others',
          remedy: 'Divide the budget: run.budget.inParts(rounds), run.budget.share(0.5)',
        });
      }
    },
  },

  same: {
    says: 'gives the same numbers from the same seed, whether or not it was rehearsed',
    async holds(subject) {
      for (const one of (await subject.done()).slice(0, 2)) {
        const again = await subject.prune(one.net, { isRehearsed: false });
        const differs = again === null ? 'it was called off' : difference(one.outcome, again);
        if (differs === undefined) continue;
        broken({
          where: subject.where(one),
          what: `run again with the same seed, ${differs}`,
          why: 'nobody could repeat a result, and no comparison would hold',
          remedy: 'Draw from run.random and never from Math.random; keep nothing in fields, as a rehearsal calls prune as well',
        });
      }
    },
  },

  resumes: {
    says: 'stopped in the middle and gone on, it ends with the numbers of a run that was not',
    async holds(subject) {
      // Where the net matters at all, it is for dropout and batch norm.
      let [asked, stopped] = [0, 0];
      for (const [i, one] of (await subject.done()).slice(0, 4).entries()) {
        for (const stopAt of stopsIn(one.outcome, i === 0 ? 4 : 1)) {
          asked++;
          const store = new MemoryStore();
          if ((await subject.prune(one.net, { store, stopAt })) !== null) continue;
          stopped++;
          const rest = await subject.prune(one.net, { store });
          const differs = rest === null ? 'it was called off' : difference(one.outcome, rest);
          if (differs === undefined) continue;
          broken({
            where: subject.where(one),
            what: `stopped at ${eventInWords(one.outcome, stopAt)} and gone on, ${differs}`,
            why: 'a run that is killed and started again would give another result',
            remedy:
              'What lives from step to step goes into run.keep.value(name, 0) or run.keep.tensor(name, make), not into fields or variables outside of prune; random numbers come from run.random',
          });
        }
      }
      if (asked === 0 || stopped > 0) return;
      broken({
        where: subject.tried.words,
        what: `was called off ${asked} times and went on to its end each time`,
        why: 'what never stops cannot be gone on with: whether it would end with the same numbers stays unknown',
        remedy: 'Mend first what breaks the promise "stops"',
      });
    },
  },

  stops: {
    says: 'stops when it is called off',
    async holds(subject) {
      const [one] = await subject.done();
      const { net, outcome } = one as Fared & { outcome: Outcome };
      const [stopAt] = stopsIn(outcome, 1);
      if (stopAt === undefined || (await subject.prune(net, { stopAt })) === null) return;
      broken({
        where: subject.where({ net }),
        what: `was called off at ${eventInWords(outcome, stopAt)}, and went on to its end`,
        why: 'Ctrl-C and a worker that is sent away would not stop it',
        remedy: 'Do not catch what the calls of the run throw; where you must, let Cancelled through',
      });
    },
  },

  decided: {
    says: 'takes a threshold that decides alone how much goes',
    async holds(subject) {
      const [one] = await subject.done();
      const { net } = one as Fared;
      const outcome = await subject.prune(net, { threshold: { fixed: { value: 0.1 } }, sparsity: Number.NaN });
      if (outcome !== null && outcome.sparsity >= 0) return;
      broken({ where: subject.where({ net }), what: 'does not come to its end where run.sparsity is NaN' });
    },
  },

  leaks: {
    says: 'leaves no tensors behind',
    async holds(subject) {
      for (const one of await subject.done()) {
        if (one.outcome.tensorsLeft === 0) continue;
        broken({
          where: subject.where(one),
          what: `left ${one.outcome.tensorsLeft} tensors behind`,
          why: 'memory grows with each run of a sweep, or with each step',
          remedy: 'Compute inside tf.tidy; what has to live goes into run.keep.tensor',
        });
      }
    },
  },
} satisfies Promises<StrategySubject, string>;

export type StrategyPromise = keyof typeof STRATEGY_PROMISES;

/** What both a rehearsal and the events of a run tell of, with its step. */
const MADE: ReadonlySet<string> = new Set(['cut', 'regrow']);

function madeBy({ events }: Outcome): string[] {
  return events.flatMap((event) => (event.type === 'cut' || event.type === 'regrow' ? [`${event.type} at step ${event.step}`] : []));
}

/** Events to stop at, spread over a run; neither the first one nor the last, after which nothing is left to do. */
function stopsIn({ events }: Outcome, count: number): number[] {
  const last = events.length - 2;
  const stops = Array.from({ length: count }, (_, i) => Math.max(1, Math.round(((i + 1) * last) / (count + 1))));
  return [...new Set(stops)].filter((stop) => stop <= last);
}

function eventInWords({ events }: Outcome, stopAt: number): string {
  const event = events[stopAt - 1];
  return event?.type === 'step' ? `step ${event.done}` : `a ${event?.type} (its event ${stopAt})`;
}

/** The first thing that differs, in words; undefined where nothing does. */
function difference(one: Outcome, other: Outcome): string | undefined {
  for (const [kind, values] of [
    ['masks', 'is masked otherwise'],
    ['weights', 'has other weights'],
  ] as const) {
    for (const [name, numbers] of Object.entries(one[kind])) {
      const at = numbers.findIndex((number, i) => !Object.is(number, other[kind][name]?.[i]));
      if (at >= 0) return `${name} ${values}: ${numbers[at]} at first and ${other[kind][name]?.[at]} then, at element ${at}`;
    }
  }
  return one.random.join() === other.random.join() ? undefined : 'the run’s random numbers stand elsewhere';
}

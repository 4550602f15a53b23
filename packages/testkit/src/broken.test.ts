/** A part that breaks a promise is caught by the promise that it breaks, in words that say what to do. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NETS } from './nets.ts';
import { SCORER_PROMISES } from './scorer-promises.ts';
import { ScorerSubject } from './scorer-subject.ts';
import { STRATEGY_PROMISES } from './strategy-promises.ts';
import { type Promises, tried } from './suite.ts';
import { DATASET_PROMISES, DatasetSubject } from './test-dataset.ts';
import { MODEL_PROMISES, ModelSubject } from './test-model.ts';
import { SCHEDULER_PROMISES, SchedulerSubject } from './test-scheduler.ts';
import { strategySubject } from './test-strategy.ts';
import { THRESHOLD_PROMISES, ThresholdSubject } from './test-threshold.ts';
import plugin from './testing/broken-parts.ts';

beforeAll(() => tf.setBackend('cpu'));

/** What each promise that does not hold says. */
async function broken<S>(promises: Promises<S, string>, subject: S): Promise<Record<string, string>> {
  const messages: Record<string, string> = {};
  for (const [name, promise] of Object.entries(promises)) {
    try {
      await promise.holds(subject);
    } catch (error) {
      messages[name] = (error as Error).message;
    }
  }
  return messages;
}

test('what is not there, or has wrong options, is named before anything is tested', () => {
  expect(() => tried('scorer', plugin, 'entropy')).toThrow('scorer "entropy": unknown scorer "entropy": there are NotANumber, Infinite');
  expect(() => tried('strategy', plugin, { HalfWay: { scorer: 'magnitude' } })).toThrow(
    /^strategy "HalfWay"\.scorer: unknown scorer "magnitude".*Parts of other plugins are known where these stand under "with"/,
  );
});

describe('scorers', () => {
  const nets = { dense: NETS.dense, recurrent: NETS['a recurrent layer'] };
  const scorer = (name: string, timeLimit?: number) =>
    broken(SCORER_PROMISES, new ScorerSubject(tried('scorer', plugin, name, { timeLimit }), nets));

  test.each<[string, string, RegExp]>([
    ['NotANumber', 'extremes', /with weights all zero: the score of element 0 is NaN: NaN has no place in an order.*Look for 0\/0/],
    ['Infinite', 'finite', /the score of element 0 is Infinity/],
    ['WrongShape', 'shapes', /on hidden\/kernel of the net "dense": the scores have the shape \[8\], the weights \[6, 8\]/],
    ['OneForAll', 'shapes', /gave 1 tensors for 2 parameters/],
    ['Leaking', 'leaks', /left 2 tensors behind: memory grows with each cut.*Compute inside tf\.tidy/],
    ['Disposing', 'leaks', /the scores are disposed already/],
    ['Throwing', 'answers', /^scorer "Throwing" of @acme\/broken on the net "dense": failed: nothing is defined$/],
    ['Changing', 'model', /changed hidden\/kernel, output\/kernel/],
    ['InPlace', 'model', /changed hidden\/kernel, output\/kernel.*nor write to what dataSync gives/],
    ['Drawing', 'same', /asked again, it gives other scores.*never from Math\.random/],
    ['Counting', 'same', /asked again, it gives other scores.*context\.keep/],
    ['NotIndependent', 'alone', /alone, it has other scores than among the others.*Take away "independent"/],
    ['NotUnits', 'units', /unit \d scores .* at one of its weights and .* at another/],
    ['OtherInPlace', 'inPlace', /scoreInPlace gives .* for element 0, and score/],
    ['Forgetting', 'watches', /an instance that has not watched itself scores otherwise.*context\.keep\.tensor/],
    ['Speechless', 'answers', /is refused with "" in place of a reason/],
  ])('%s breaks "%s"', async (name, promise, message) => {
    const messages = await scorer(name);
    expect(messages[promise]).toMatch(message);
    expect(messages[promise]).toMatch(`scorer "${name}" of @acme/broken`);
  });

  test('one that never answers is not waited for', async () => {
    expect((await scorer('NeverAnswering', 0.05))['answers']).toMatch(
      /score has not come to its end after 0\.05 s.*a promise that nobody resolves/,
    );
  });

  test('a good one breaks none', async () => {
    expect(await scorer('good')).toEqual({});
  });
});

test.each<[string, string, RegExp]>([
  ['Overshooting', 'range', /in a training of one step to 0: step 1 is to have a sparsity of 1.*Scale by the target/],
  ['Falling', 'rises', /falls from .* to .* at step \d+: a cut never revives/],
  ['Short', 'ends', /the last step has a sparsity of 0: the run misses the sparsity.*Return the target where progress is 1/],
  ['Remembering', 'pure', /when it is asked for again: the plan asks for it without training.*keep nothing in fields/],
])('scheduler %s breaks "%s"', async (name, promise, message) => {
  expect((await broken(SCHEDULER_PROMISES, new SchedulerSubject(tried('scheduler', plugin, name))))[promise]).toMatch(message);
});

test.each<[string, string, RegExp]>([
  ['ByValue', 'reaches', /scores of three values: .* elements fall, where .* were asked for.*Equal scores are common/],
  ['AtOnce', 'partly', /elements fall, and \d+ were pruned before: a strategy that cuts step by step.*partOfTheWay/],
  ['Sorting', 'pure', /has written to the scores/],
  ['Overdrawing', 'lines', /drew \{"count":\d+\.\d+\} among \d+ scores.*a whole number/],
  ['ByMean', 'lines', /scores all pruned already on .*: drew \{"below":null\}/],
])('threshold %s breaks "%s"', async (name, promise, message) => {
  const subject = new ThresholdSubject(tried('threshold', plugin, name));
  expect((await broken(THRESHOLD_PROMISES, subject))[promise]).toMatch(message);
});

test.each<[string, string, RegExp]>([
  [
    'Unseeded',
    'same',
    /for three classes of eight values: has other weights when it is built again with the same seed.*Give each initialiser a seed/,
  ],
  ['Nameless', 'names', /is called dense_Dense\d+\/kernel when it is built again: checkpoints.*Give each layer a name/],
  ['Narrow', 'shapes', /gives \[2, 1\] for two samples, where \[2, 3\] is asked for/],
])('model %s breaks "%s"', async (name, promise, message) => {
  expect((await broken(MODEL_PROMISES, new ModelSubject(tried('model', plugin, name))))[promise]).toMatch(message);
});

test.each<[string, string, RegExp]>([
  ['Holed', 'values', /, train\.inputs\[0\]: value 2 is NaN/],
  ['Mislabelled', 'values', /, train\.targets\[0\]: label 1 is 2 of 2 classes/],
  ['Changing', 'same', /has another train when it is loaded again.*never from Math\.random/],
])('dataset %s breaks "%s"', async (name, promise, message) => {
  expect((await broken(DATASET_PROMISES, new DatasetSubject(tried('dataset', plugin, name))))[promise]).toMatch(message);
});

test('a dataset that is whole breaks none', async () => {
  expect(await broken(DATASET_PROMISES, new DatasetSubject(tried('dataset', plugin, 'Whole')))).toEqual({});
});

describe('strategies', () => {
  const strategy = (name: string) => {
    const subject = strategySubject(tried('strategy', plugin, name), {}, { dense: NETS.dense });
    return broken(STRATEGY_PROMISES, subject);
  };

  test.each<[string, string, RegExp]>([
    ['Growing', 'masks', /hidden\/kernel keeps weights that had been pruned, seen at a cut.*Regrow through run\.regrow/],
    ['Writing', 'ends', /pruned weights are not zero at the end of the run: something wrote to the weights past the run/],
    ['Forgetful', 'resumes', /stopped at .* and gone on, hidden\/kernel is masked otherwise.*goes into run\.keep/],
    ['Forgetful', 'same', /run again with the same seed, .*as a rehearsal calls prune as well/],
    ['Dicing', 'same', /run again with the same seed, .*never from Math\.random/],
    ['Stubborn', 'stops', /was called off at .*, and went on to its end: Ctrl-C/],
    ['Stubborn', 'resumes', /was called off 4 times and went on to its end each time/],
    ['Greedy', 'budget', /trains 12 steps, where run\.budget grants 6/],
    ['Early', 'reaches', /is pruned, where 0\.6 was asked for.*Let the last cut ask for run\.sparsity/],
    ['Hoarding', 'leaks', /left 12 tensors behind/],
    ['Secretive', 'plan', /its rehearsal says "cut at step 3" where the run has "cut at step 0"/],
    ['Endless', 'ends', /made 10000 calls without coming to an end/],
    ['EndlessForReal', 'ends', /has trained \d+ steps and does not end, where its rehearsal had 6/],
  ])('%s breaks "%s"', async (name, promise, message) => {
    expect((await strategy(name))[promise]).toMatch(message);
  });

  test('a good one breaks none', async () => {
    expect(await strategy('HalfWay')).toEqual({});
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from './result.ts';
import {
  events,
  plainEvents,
  pointsCsv,
  type RunInChild,
  runInChild,
  temporaryFolder,
  trial,
  withoutTimes,
  writePoints,
} from './testing/experiments.ts';

const GRADUAL = [...trial('{steadily: {every: 7}}'), 'train.epochs=6', 'prune.epochs=8'];
const TICKET = [...trial('{ticket: {to: step-50}}'), 'train.epochs=6', 'prune.epochs=8'];

/** One experiment in a folder of its own, with baselines of its own. */
class Trial {
  readonly out = path.join(temporaryFolder(), 'out');
  readonly file: string;
  private readonly options: RunInChild;

  constructor(set: readonly string[], backend: 'auto' | 'cpu' = 'cpu') {
    this.file = writePoints();
    this.options = { set: [...set, `backend=${backend}`], checkpointEvery: 0.03, cache: temporaryFolder() };
  }

  start() {
    return runInChild(this.file, this.out, this.options);
  }

  async finish(): Promise<this> {
    const child = this.start();
    if ((await child.ended) !== 0) throw new Error(child.stderr);
    return this;
  }

  get result() {
    return withoutTimes(JSON.parse(readFileSync(path.join(this.out, 'result.json'), 'utf8')) as RunResult);
  }

  get timing() {
    return (JSON.parse(readFileSync(path.join(this.out, 'result.json'), 'utf8')) as RunResult).timing;
  }

  get weights(): Buffer {
    return readFileSync(path.join(this.out, 'model', 'weights.bin'));
  }
}

function expectSame(one: Trial, other: Trial): void {
  expect(one.result).toEqual(other.result);
  expect(plainEvents(one.out)).toEqual(plainEvents(other.out));
  expect(one.weights.equals(other.weights)).toBe(true);
  expect(readdirSync(one.out).sort()).toEqual(['events.jsonl', 'experiment.yaml', 'model', 'result.json']);
  expect(readdirSync(path.join(one.out, 'model')).sort()).toEqual(['model.json', 'weights.bin', 'weights.bin.gz']);
}

/** Starts it again and again, each time to be killed after so many of its events. */
async function killedAgainAndAgain(trials: Trial, random: Random, kills: number): Promise<number> {
  let killed = 0;
  for (let i = 0; i < kills; i++) {
    const child = trials.start();
    const after = 4 + random.int(70);
    let seen = 0;
    const isDue = child.says((line) => /^(step|epoch|cut|rewind|dense)/.test(line) && ++seen === after);
    const early = await Promise.race([isDue.then(() => false).catch(() => true), child.ended.then(() => true)]);
    if (early) break;
    await sleep(random.int(15));
    await child.kill();
    killed += 1;
  }
  return killed;
}

describe('gradual, on plain JavaScript', () => {
  let whole: Trial;
  beforeAll(async () => {
    whole = await new Trial(GRADUAL).finish();
  });

  test('killed again and again at random moments it comes to the same end, and tells each thing once', async () => {
    const trials = new Trial(GRADUAL);
    expect(await killedAgainAndAgain(trials, Random.of(11, 'kills'), 4)).toBeGreaterThan(1);
    expectSame(await trials.finish(), whole);
    const { pruneS, trainS, scoreS, denseS } = trials.timing;
    expect(denseS).toBe(0);
    expect(trainS + scoreS).toBeLessThanOrEqual(pruneS);
  });

  test('killed while it measures and saves', async () => {
    for (const delay of [0, 30]) {
      const trials = new Trial(GRADUAL);
      const child = trials.start();
      await child.says((line) => line === 'epoch prune 120');
      await sleep(delay);
      await child.kill();
      expectSame(await trials.finish(), whole);
    }
  });

  test.each(['step dense 40', 'step prune 33'])('cancelled at %s it keeps what is done, and goes on from there', async (line) => {
    const trials = new Trial(GRADUAL);
    const child = trials.start();
    await child.says((said) => said === line);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(130);
    expect(existsSync(path.join(trials.out, 'result.json'))).toBe(false);
    const rest = trials.start();
    expect(await rest.ended).toBe(0);
    expect(rest.lines).not.toContain(line.replace(/\d+$/, '5'));
    expectSame(trials, whole);
  });

  test('where the data has changed since, it starts anew and says so', async () => {
    const trials = new Trial(GRADUAL);
    const child = trials.start();
    await child.says((line) => line === 'step prune 60');
    await child.kill();
    // The same as ever, and one row more.
    writePoints({ folder: path.dirname(trials.file), files: { 'points.csv': pointsCsv(301) } });
    await trials.finish();
    const [first] = plainEvents(trials.out);
    expect(first).toEqual({ type: 'log', message: 'Starting anew: since the last checkpoint there is another data' });
    expect(countOf(trials, 'epoch')).toBe(countOf(whole, 'epoch'));
    expect(countOf(trials, 'cut')).toBeGreaterThanOrEqual(countOf(whole, 'cut'));
    expect(trials.result.fingerprints).not.toEqual(whole.result.fingerprints);
  });
});

test('a ticket that is rewound to a step, on the best backend, killed again and again', async () => {
  const whole = await new Trial(TICKET, 'auto').finish();
  const trials = new Trial(TICKET, 'auto');
  expect(await killedAgainAndAgain(trials, Random.of(12, 'kills'), 3)).toBeGreaterThan(1);
  expectSame(await trials.finish(), whole);
});

function countOf({ out }: Trial, type: string): number {
  return events(out).filter((event) => event.type === type).length;
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Child, plainEvents, temporaryFolder, withoutTimes } from '../run/testing/experiments.ts';
import { LocalWorker } from './local-worker.ts';
import { type LoadedSweep, loadSweep } from './parse-sweep.ts';
import { runSweep } from './run-sweep.ts';
import type { SweepEvent } from './running-sweep.ts';
import { records, writeSweep } from './testing/sweeps.ts';

const RUNS = 8;
const TEXT = `base: x.yaml
vary:
  prune.strategy: [{ magnitude: { rounds: 2 } }, gradual]
  seed: [1, 2, 3, 4]
`;
/** Seconds: more often than anybody would, so that there are checkpoints to go on from. */
const CHECKPOINT_EVERY = 0.05;

let file: string;
let sweep: LoadedSweep;
let undisturbed: ReturnType<typeof contentOf>;
beforeAll(async () => {
  file = writeSweep(TEXT);
  sweep = await loadSweep(file);
  const out = path.join(temporaryFolder(), 'undisturbed');
  await runSweep(sweep, { out, checkpointEvery: CHECKPOINT_EVERY });
  undisturbed = contentOf(out);
});

/** All that the runs of a sweep have in common with those of another one: results and events, without the time it took. */
function contentOf(out: string) {
  const folders = readdirSync(path.join(out, 'runs')).sort();
  return folders
    .map((name) => ({ name, events: plainEvents(path.join(out, 'runs', name)) }))
    .concat(Object.entries(records(out)).map(([name, result]) => ({ name, events: [withoutTimes(result)] })));
}

function expectWhole(out: string): void {
  expect(readdirSync(path.join(out, 'runs'))).toHaveLength(RUNS);
  expect(Object.values(records(out)).map(({ status }) => status)).toEqual(Array(RUNS).fill('done'));
  expect(contentOf(out)).toEqual(undisturbed);
  for (const name of readdirSync(path.join(out, 'runs'))) {
    const files = readdirSync(path.join(out, 'runs', name)).sort();
    expect(files.filter((each) => each !== 'attempts.json')).toEqual([
      'events.jsonl',
      'experiment.yaml',
      'model',
      'result.json',
      'variant.json',
    ]);
  }
}

const DIST = new URL('../../dist/', import.meta.url).href;

/** A process of its own that runs the sweep, and says its plan, its workers, and the runs that ended. */
function coordinator(out: string, cache: string): Child {
  const program = `
    import { loadSweep, runSweep } from ${JSON.stringify(`${DIST}index.js`)};
    import { LocalWorker } from ${JSON.stringify(`${DIST}sweep/local-worker.js`)};
    const workers = [new LocalWorker()];
    const onEvent = ({ type, worker }) => console.log(type, type === 'begun' ? workers[worker].start().pid : '');
    const sweep = await loadSweep(${JSON.stringify(file)});
    const { status } = await runSweep(sweep, { out: ${JSON.stringify(out)}, onEvent, makeWorkers: () => workers, checkpointEvery: ${CHECKPOINT_EVERY} });
    console.log('ended with', status);`;
  return new Child(program, { ESPALIER_CACHE: cache, ESPALIER_BACKEND: 'cpu' });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet has ended all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** What a sweep tells is what its moments are counted by: on a busy machine all of it takes longer. */
const momentOf = (random: Random) => ({ events: random.int(8), milliseconds: 120 * random.next() });

/** How often each kind of process is killed: ESPALIER_KILLS=20 takes three minutes, most of it for starting processes anew. */
const KILLS = Number(process.env['ESPALIER_KILLS'] ?? 4);
const LANES = [1, 2];

// The machine may be busy besides.
describe('killed at any moment, a sweep goes on to what an undisturbed one gives', { timeout: 600_000 }, () => {
  test.concurrent.each(LANES)('the process that leads it, again and again (%i)', async (lane) => {
    const random = Random.of(9, 'coordinator', lane);
    const out = path.join(temporaryFolder(), 'sweep');
    const cache = temporaryFolder();
    const workers = new Set<number>();
    for (let kill = 0; kill < KILLS / LANES.length; kill++) {
      const { events, milliseconds } = momentOf(random);
      const child = coordinator(out, cache);
      const wanted = events === 0 ? sleep(1000) : child.saysTimes(events);
      await Promise.race([wanted, child.ended]);
      await sleep(milliseconds);
      await child.kill();
      for (const line of child.lines) if (line.startsWith('begun')) workers.add(Number(line.split(' ')[1]));
    }
    const last = coordinator(out, cache);
    expect(await last.ended).toBe(0);
    expect(last.lines.at(-1)).toBe('ended with done');
    expectWhole(out);
    // Some kills come before there is a worker.
    expect(workers.size).toBeGreaterThan(0);
    expect([...workers].filter(isAlive)).toEqual([]);
  });

  test('its workers', async () => {
    const random = Random.of(9, 'workers');
    let kills = 0;
    let lost = 0;
    while (kills < KILLS) {
      const out = path.join(temporaryFolder(), 'sweep');
      const workers = [new LocalWorker(), new LocalWorker()];
      let isOver = false;
      let told = 0;
      let hasDone = false;
      const onEvent = ({ type }: SweepEvent) => {
        told += 1;
        if (type === 'ended') hasDone = true;
        if (type === 'failed') lost += 1;
      };
      const running = runSweep(sweep, { out, makeWorkers: () => workers, retries: 100, onEvent, checkpointEvery: CHECKPOINT_EVERY });
      const over = running.then(
        () => {
          isOver = true;
        },
        () => {
          isOver = true;
        },
      );
      while (!isOver && kills < KILLS) {
        const { events, milliseconds } = momentOf(random);
        for (const until = told + events; !isOver && (told < until || !hasDone); ) await Promise.race([sleep(5), over]);
        await sleep(milliseconds);
        const { pid } = workers[random.int(2)] as LocalWorker;
        if (isOver || pid === undefined) continue;
        process.kill(pid, 'SIGKILL');
        kills += 1;
      }
      const { runs, counts } = await running;
      expect(runs.flatMap(({ failures = [] }) => failures)).toEqual([]);
      expect(counts).toMatchObject({ done: RUNS, missing: 0 });
      expectWhole(out);
    }
    // Some find a worker between two runs.
    expect(lost).toBeGreaterThan(KILLS / 3);
  });
});

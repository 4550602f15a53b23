import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, withoutTimes } from '../run/testing/experiments.ts';
import { fill, smallDisk } from '../run/testing/small-disk.ts';
import { runSweep } from './run-sweep.ts';
import type { SweepEvent } from './running-sweep.ts';
import { records, sweepOf } from './testing/sweeps.ts';

const TEXT = 'base: x.yaml\nvary: { prune.strategy: [magnitude, gradual], seed: [1, 2, 3] }\n';

const disk = smallDisk(3);
describe.skipIf(disk === undefined)('a disk that gets full', () => {
  test('stops the sweep with what to do; once there is room the same command finishes it, with the same numbers', async () => {
    const sweep = await sweepOf(TEXT);
    const undisturbed = path.join(temporaryFolder(), 'sweep');
    await runSweep(sweep, { out: undisturbed });

    const out = path.join(disk as string, 'sweep');
    const ballast = path.join(disk as string, 'ballast');
    let ended = 0;
    const onEvent = ({ type }: SweepEvent) => {
      if (type === 'ended') ended += 1;
      if (type === 'ended' && ended === 2) fill(ballast);
    };
    await expect(runSweep(sweep, { out, onEvent })).rejects.toThrow(
      /the disk is full: 0\.\d MB are free there\. Make room and start again/,
    );
    const before = recordsThere(out);
    expect(before.length).toBeGreaterThanOrEqual(2);

    // With no room at all it says so again, and damages nothing.
    await expect(runSweep(sweep, { out })).rejects.toThrow('the disk is full');
    expect(recordsThere(out)).toEqual(before);

    rmSync(ballast);
    const result = await runSweep(sweep, { out });
    expect(result.counts).toEqual({ done: 6, failed: 0, missing: 0, ranNow: 6 - before.length });
    const plain = (folder: string) => Object.entries(records(folder)).map(([name, record]) => [name, withoutTimes(record)]);
    expect(plain(out)).toEqual(plain(undisturbed));
  });
});

/** The records that are there, as they are on the disk. */
function recordsThere(out: string): [string, string][] {
  const found = readdirSync(path.join(out, 'runs')).flatMap((name): [string, string][] => {
    try {
      return [[name, readFileSync(path.join(out, 'runs', name, 'result.json'), 'utf8')]];
    } catch {
      return [];
    }
  });
  return found.sort();
}

import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from './testing/espalier.ts';

/** Long enough to be interrupted, in the middle of either phase. */
const LONG = POINTS.replace('epochs: 8', 'epochs: 30')
  .replace('epochs: 4', 'epochs: 30')
  .replace('strategy: magnitude', 'strategy: { magnitude: { rounds: 3 } }');
const files = { 'points.yaml': LONG, 'points.csv': pointsCsv() };
const args = ['run', 'points.yaml', '--out', 'out', '--json'];

/** Sends the signal once, when the run has said this. */
function when(said: string, signal: NodeJS.Signals) {
  let isSent = false;
  return (text: string, child: ChildProcess) => {
    if (isSent || !text.includes(said)) return;
    isSent = true;
    child.kill(signal);
  };
}

function measured(place: Place) {
  const { dense, pruned, parameters } = JSON.parse(readFileSync(place.file('out/result.json'), 'utf8'));
  return { parameters, dense: { ...dense, latencyMs: 0 }, pruned: { ...pruned, latencyMs: 0 } };
}

/** The figures of a run that nobody stopped; the same for all tests. */
let figures: ReturnType<typeof measured> | undefined;
async function undisturbed() {
  if (figures !== undefined) return figures;
  const place = new Place(files);
  expect((await place.start(args)).status).toBe(0);
  figures = measured(place);
  return figures;
}

test.each([
  ['dense epoch 10/30', 'SIGINT'],
  ['prune epoch 15/30', 'SIGTERM'],
] as const)('a run stopped after %s by %s ends with 130 and goes on to the numbers of an undisturbed one', async (said, signal) => {
  const place = new Place(files);
  const stopped = await place.start(args, { watch: when(said, signal) });
  expect(stopped.status).toBe(130);
  expect(stopped.stderr).toContain('Stopping after this step; once more to stop at once.');
  expect(stopped.stderr).toContain('the same command goes on from there');
  expect(stopped.stderr).not.toMatch(/^ +at /m);
  expect(JSON.parse(stopped.stdout)).toEqual({ error: { message: 'cancelled' } });
  expect(existsSync(place.file('out/result.json'))).toBe(false);

  const resumed = await place.start(args);
  expect(resumed.status).toBe(0);
  expect(resumed.stderr).not.toContain(said);

  expect(measured(place)).toEqual(await undisturbed());
});

test('a second Ctrl-C ends at once', async () => {
  const place = new Place(files);
  const watch = (text: string, child: ChildProcess) => {
    if (text.includes('dense epoch 2/30')) child.kill('SIGINT');
    if (text.includes('Stopping')) child.kill('SIGINT');
  };
  expect((await place.start(args, { watch })).status).toBe(130);
});

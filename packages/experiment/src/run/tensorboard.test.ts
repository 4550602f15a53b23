import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StepError, summaryWriter } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadExperiment } from '../config/index.ts';
import type { ExperimentEvent } from './experiment-run.ts';
import { runExperiment } from './run-experiment.ts';
import { writeTensorBoard } from './tensorboard.ts';
import { messageOf, POINTS, points, pointsCsv, temporaryFolder } from './testing/experiments.ts';

const isNative = await isNativeThere();

async function isNativeThere(): Promise<boolean> {
  try {
    await summaryWriter(temporaryFolder());
    return true;
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}

/** TFRecord: length (8 bytes), its checksum (4), so many bytes, their checksum (4); again. */
function recordsIn(folder: string): string[] {
  const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(path.join(folder, name))));
  const records: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.toString('latin1', at + 12, at + 12 + length));
    at += length + 16;
  }
  return records;
}

test.runIf(isNative)('a run as a log for TensorBoard: losses, sparsity, what was measured, weights before and after', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'points.csv'), pointsCsv());
  writeFileSync(path.join(folder, 'points.yaml'), POINTS);
  const out = path.join(folder, 'run');
  const result = await runExperiment(await loadExperiment(path.join(folder, 'points.yaml'), { set: ['backend=cpu'] }), { out });
  const logs = path.join(folder, 'logs');
  const before = tf.getBackend();
  const to = await writeTensorBoard(out, logs);
  expect(to).toBe(path.join(logs, `points-${result.hash.slice(0, 8)}`));
  expect(tf.getBackend()).toBe(before);
  const having = (tag: string) => recordsIn(to).filter((record) => record.includes(tag)).length;
  const steps = readFileSync(path.join(out, 'events.jsonl'), 'utf8').match(/"type":"step","phase":"dense"/g)?.length;
  expect(having('dense/loss')).toBe(steps);
  expect(having('prune/sparsity')).toBe(1);
  expect(having('measured/accuracy')).toBe(2);
  expect(having('weights/dense/kernel')).toBe(2);
  // Again is not twice.
  await writeTensorBoard(out, logs);
  expect(having('prune/sparsity')).toBe(1);
});

test.runIf(isNative)(
  'while a run goes on its log is there already; in the end it holds the same as one that is written afterwards',
  async () => {
    const folder = temporaryFolder();
    const logs = path.join(folder, 'logs');
    const out = path.join(folder, 'run');
    const seen: number[] = [];
    const live = () => path.join(logs, readdirSync(logs)[0] as string);
    const onEvent = (event: ExperimentEvent) => {
      if (event.type === 'cut') seen.push(recordsIn(live()).length);
    };
    const result = await runExperiment(await points({ set: ['backend=tensorflow'] }), { out, tensorboard: logs, onEvent });
    expect(live()).toBe(path.join(logs, `points-${result.hash.slice(0, 8)}`));
    const tags = (to: string) =>
      recordsIn(to)
        .map((record) => /(dense|prune|measured|weights)\/[\w/ ]+/.exec(record)?.[0])
        .sort();
    // The losses of the dense training; the header of the file is a record, too.
    expect(seen.at(-1)).toBeGreaterThan(100);
    expect(tags(live())).toEqual(tags(await writeTensorBoard(out, path.join(folder, 'afterwards'))));
  },
);

test('a folder without a record has nothing to show', async () => {
  expect(await messageOf(writeTensorBoard(temporaryFolder(), temporaryFolder()))).toContain('holds no measured run');
});

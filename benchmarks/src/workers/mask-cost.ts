import type { TrainingSession } from '@espalier/core';
import { serve, timed, workOf } from './frame.ts';
import { openSession, prepareTraining, type TrainingWork } from './training.ts';

/** A stretch of either kind takes about this long. */
const STRETCH = 0.3;

const work = workOf<TrainingWork>();
const training = await prepareTraining(work);
const sessions = { denseMs: openSession(training, false), maskedMs: openSession(training, true) };
const { samples, batch } = training;
const order = Int32Array.from({ length: batch }, (_, i) => (i * 7919) % samples.size);

async function msPerStep(session: TrainingSession, steps: number): Promise<number> {
  const seconds = await timed(async () => {
    for (let step = 0; step < steps; step++) await session.step(order, 0.001);
  });
  return (1000 * seconds) / steps;
}

await msPerStep(sessions.denseMs, 5);
const steps = Math.max(5, Math.round((1000 * STRETCH) / (await msPerStep(sessions.denseMs, 20))));
let isMaskedFirst = false;

await serve(async () => {
  isMaskedFirst = !isMaskedFirst;
  const figures: Record<string, number> = {};
  const kinds = ['denseMs', 'maskedMs'] as const;
  for (const kind of isMaskedFirst ? kinds.toReversed() : kinds) figures[kind] = await msPerStep(sessions[kind], steps);
  return figures;
});

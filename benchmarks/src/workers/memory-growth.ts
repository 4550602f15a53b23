import { serve, workOf } from './frame.ts';
import { openSession, prepareTraining, type TrainingWork } from './training.ts';

const training = await prepareTraining(workOf<TrainingWork>());
const { samples, batch } = training;

await serve(async () => {
  const session = openSession(training, true);
  const figures: Record<string, number> = {};
  for (let step = 1; step <= 10_000; step++) {
    await session.step(
      Int32Array.from({ length: batch }, (_, i) => (step * batch + i * 7919) % samples.size),
      0.001,
    );
    if (step !== 1000 && step !== 10_000) continue;
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    Object.assign(figures, { [`rssAt${step}`]: rss / 1e6, [`heapAt${step}`]: heapUsed / 1e6 });
  }
  session.dispose();
  return figures;
});

import { readWeights, writeWeights } from '@espalier/core';
import { serve, workOf } from './frame.ts';
import { make } from './parts.ts';
import { openRun, prepareTraining, type TrainingWork } from './training.ts';

const { every, steps, ...work } = workOf<TrainingWork & { every: number; steps: number }>();
const training = await prepareTraining(work);
const { model, sparsity } = training;
const scorer = make('scorer', 'magnitude');
const untrained = await readWeights(model);

await serve(async () => {
  writeWeights(model, untrained);
  const run = await openRun(training, steps);
  await run.train(run.budget, async (step) => {
    if (step.number % every === 0) await run.cut(scorer, sparsity * (1 - (1 - step.number / steps) ** 3));
  });
  await run.finish();
  const { score, train } = run.seconds;
  run.dispose();
  return { updatePercent: (100 * score) / (score + train), seconds: score + train, cutMs: (1000 * score * every) / steps };
});

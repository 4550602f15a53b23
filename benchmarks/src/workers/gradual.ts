import { Budget, LiveRun, readWeights, selectParameters, stepsPerEpoch, writeWeights } from '@espalier/core';
import { serve, workOf } from './frame.ts';
import { make } from './parts.ts';
import { prepareTraining, type TrainingWork } from './training.ts';

const { every, steps, ...work } = workOf<TrainingWork & { every: number; steps: number }>();
const { model, samples, batch, sparsity } = await prepareTraining(work);
const scorer = make('scorer', 'magnitude');
const untrained = await readWeights(model);

await serve(async () => {
  writeWeights(model, untrained);
  const run = await LiveRun.open({
    model,
    parameters: selectParameters(model).taken,
    sparsity,
    threshold: make('threshold', 'global'),
    train: samples,
    task: 'classification',
    loss: make('loss', 'sparseCategoricalCrossentropy'),
    optimizer: make('optimizer', 'adam'),
    trainer: make('trainer', 'native'),
    batchSize: batch,
    budget: new Budget(steps, stepsPerEpoch(samples, batch)),
    seed: 1,
  });
  await run.train(run.budget, async (step) => {
    if (step.number % every === 0) await run.cut(scorer, sparsity * (1 - (1 - step.number / steps) ** 3));
  });
  await run.finish();
  const { score, train } = run.seconds;
  run.dispose();
  return { updatePercent: (100 * score) / (score + train), seconds: score + train, cutMs: (1000 * score * every) / steps };
});

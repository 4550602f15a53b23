import type { PartialExperiment } from './check-experiment.ts';
import type { Mistake } from './mistakes.ts';

/** What the dense training is told fits together. */
export function checkTraining({ train }: PartialExperiment): Mistake[] {
  const mistakes: Mistake[] = [];
  if (train?.earlyStop !== undefined && train.validationSplit === 0) {
    mistakes.push({
      path: ['train', 'earlyStop'],
      on: 'key',
      message: 'nothing can be stopped early: no samples are set aside for validation',
      notes: ['add validationSplit: 0.1, say'],
    });
  }
  if (train?.earlyStop !== undefined && train.epochs === 0) {
    mistakes.push({ path: ['train', 'earlyStop'], on: 'key', message: 'nothing can be stopped early: epochs is 0, so nothing is trained' });
  }
  return mistakes;
}

import { BASE_FOLDER, type Part, PartContainer, type Registry } from '@espalier/core';
import type { PartialExperiment } from './check-experiment.ts';
import type { Mistake } from './mistakes.ts';
import { oncePerPart } from './once-per-part.ts';

/** What the dense training is told fits together. */
export function checkTraining({ train, prune, model }: PartialExperiment, registry: Registry): Mistake[] {
  const mistakes: Mistake[] = [];
  const notStopped = { path: ['train', 'earlyStop'], on: 'key' } as const;
  if (train?.earlyStop !== undefined && train.epochs === 0) {
    mistakes.push({ ...notStopped, message: 'nothing can be stopped early: train.epochs is 0' });
  } else if (train?.earlyStop !== undefined && train.validationSplit === 0) {
    mistakes.push({
      ...notStopped,
      message: 'nothing can be stopped early: no samples are set aside for validation',
      notes: ['add validationSplit: 0.1, say'],
    });
  }
  if (train?.epochs === 0 && model !== undefined && comesTrained(model, registry) === false) {
    const untrained = `the model "${model.name}" does not come trained`;
    mistakes.push(
      prune?.epochs === 0
        ? {
            path: ['train', 'epochs'],
            message: `nothing would ever be trained: ${untrained}, and the epochs of train and prune are both 0`,
          }
        : { path: ['train', 'epochs'], message: `${untrained}, so the pruned one is compared with guessing`, severity: 'warning' },
    );
  }
  return mistakes;
}

/** Whether a model has been trained already; undefined where an instance cannot be made without a run. */
const comesTrained = oncePerPart((model: Part<'model'>, registry) => {
  try {
    return new PartContainer(registry).bind(BASE_FOLDER, '.').make(model).trained === true;
  } catch {
    return undefined;
  }
});

import { TapeTrainer, type Trainer, type TrainingJob, type TrainingSession } from '@espalier/core';
import { GraphTrainer } from './graph-trainer.ts';
import { NoNativeRule } from './no-native-rule.ts';

/** Natively where everything of the job has a native rule, else through the tape; the session's notes say why. */
export class AutoTrainer implements Trainer {
  open(job: TrainingJob): TrainingSession {
    try {
      return new GraphTrainer().open(job);
    } catch (error) {
      if (!(error instanceof NoNativeRule)) throw error;
      return Object.assign(new TapeTrainer().open(job), { notes: [`trains through the gradient tape: ${error.parts.what}`] });
    }
  }
}

import * as tf from '@tensorflow/tfjs';
import { gatherBatch } from './batch.ts';
import { reseeder } from './dropout.ts';
import { EspalierError } from './errors.ts';
import { Forward } from './forward.ts';
import type { MaskSet } from './mask-set.ts';
import { type ModelParameter, modelParameters } from './parameter.ts';
import { Random } from './random.ts';
import type { StepHooks, Trainer, TrainingJob, TrainingSession, TrainingState } from './trainer.ts';
import { updateWeight } from './update-weight.ts';

/** Trains through tfjs's own gradient tape: any layer, any backend. */
export class TapeTrainer implements Trainer {
  open(job: TrainingJob): TrainingSession {
    return new TapeSession(job);
  }
}

class TapeSession implements TrainingSession {
  readonly takesHooks = true;
  private readonly job: TrainingJob;
  private readonly forward: Forward;
  private readonly parameters: ModelParameter[];
  private readonly decays: ReadonlySet<ModelParameter>;
  private readonly slots: Map<string, tf.Variable[]>;
  private readonly reseed: (random: Random) => void;
  private updates = 0;

  constructor(job: TrainingJob) {
    this.job = job;
    this.forward = new Forward(job.model, job.loss);
    this.parameters = modelParameters(job.model).filter(({ trainable }) => trainable);
    if (this.parameters.length === 0)
      throw new EspalierError('the model has no weights to train: every layer is frozen or without weights');
    this.decays = new Set(job.optimizer.weightDecay > 0 ? this.parameters.filter(({ shape }) => shape.length > 1) : []);
    this.reseed = reseeder(job.model);
    this.slots = new Map(this.parameters.map(({ name, shape }) => [name, job.optimizer.slots.map(() => zeroVariable(shape))]));
  }

  async step(order: Int32Array, learningRate: number, hooks: StepHooks = {}): Promise<number> {
    const { optimizer, samples, seed } = this.job;
    this.updates += 1;
    this.reseed(Random.of(seed, 'dropout', this.updates));
    const loss = tf.tidy(() => {
      const variables = this.parameters.map(({ variable }) => variable);
      const batch = gatherBatch(samples, order);
      const { penalty, watch } = hooks;
      const trainingLoss = () => {
        const loss = this.forward.trainingLoss(batch);
        return penalty === undefined ? loss : tf.add<tf.Scalar>(loss, penalty());
      };
      const { value, grads } = this.forward.gradientsOf(trainingLoss, variables);
      watch?.(new Map(this.parameters.map(({ name, variable }) => [name, grads[variable.name] ?? tf.zerosLike(variable)])));
      for (const parameter of this.parameters) {
        const { variable, name } = parameter;
        const gradient = grads[variable.name];
        if (gradient === undefined) continue;
        const slots = this.slots.get(name) as tf.Variable[];
        const updated = updateWeight(optimizer, parameter, gradient, slots, { number: this.updates, learningRate });
        const decayed = this.decays.has(parameter)
          ? tf.sub(updated.weight, tf.mul(variable, learningRate * optimizer.weightDecay))
          : updated.weight;
        const mask = maskOf(this.job.masks, parameter);
        variable.assign(mask === null ? decayed : tf.mul(decayed, mask));
        updated.slots.forEach((slot, i) => {
          (slots[i] as tf.Variable).assign(mask === null ? slot : tf.mul(slot, mask));
        });
      }
      return value;
    });
    const [mean] = await loss.data();
    loss.dispose();
    return mean as number;
  }

  async sync(): Promise<void> {}

  async refresh(): Promise<void> {
    const { masks } = this.job;
    masks?.apply();
    for (const parameter of masks?.all ?? []) {
      for (const slot of this.slots.get(parameter.name) ?? []) masks?.applyTo(slot, parameter);
    }
  }

  reset(): void {
    this.updates = 0;
    for (const slots of this.slots.values()) for (const slot of slots) tf.tidy(() => slot.assign(tf.zerosLike(slot)));
  }

  async save(): Promise<TrainingState> {
    const slots: Record<string, Float32Array> = {};
    for (const [name, variables] of this.slots) {
      for (const [i, slot] of this.job.optimizer.slots.entries()) {
        slots[`${name}/${slot}`] = (await (variables[i] as tf.Variable).data()) as Float32Array;
      }
    }
    return { updates: this.updates, slots };
  }

  async restore(state: TrainingState): Promise<void> {
    this.updates = state.updates;
    for (const [name, variables] of this.slots) {
      this.job.optimizer.slots.forEach((slot, i) => {
        const variable = variables[i] as tf.Variable;
        const values = state.slots[`${name}/${slot}`];
        if (values?.length !== variable.size)
          throw new EspalierError({ where: `${name}/${slot}`, what: 'the checkpoint does not fit this optimiser' });
        tf.tidy(() => variable.assign(tf.tensor(values, variable.shape, 'float32')));
      });
    }
  }

  dispose(): void {
    for (const slots of this.slots.values()) tf.dispose(slots);
    this.slots.clear();
  }
}

function zeroVariable(shape: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros([...shape]), false));
}

function maskOf(masks: MaskSet | undefined, parameter: ModelParameter): tf.Tensor | null {
  return masks?.has(parameter) ? masks.tensor({ ...parameter }) : null;
}

import {
  definePlugin,
  inject,
  injectable,
  MAKE,
  type Make,
  modelParameters,
  OPTIONS,
  part,
  type StepHooks,
  type Trainer,
  type TrainingJob,
  type TrainingSession,
  type TrainingState,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const lookaheadOptions = z.object({
  trainer: part('trainer', 'tape').describe('Makes the fast steps.'),
  every: z.int().min(1).default(5).describe('Fast steps to one slow one.'),
  share: z.number().gt(0).max(1).default(0.5).describe('How far the slow weights go towards the fast ones.'),
});
type LookaheadOptions = z.infer<typeof lookaheadOptions>;

/**
 * Lookahead: after each k fast steps, slow ← slow + α·(fast − slow), and fast ← slow.
 * Zhang et al., 2019, "Lookahead Optimizer: k steps forward, 1 step back", arXiv:1907.08610, algorithm 1.
 */
@injectable()
export class LookaheadTrainer implements Trainer {
  constructor(
    @inject(OPTIONS) private readonly options: LookaheadOptions,
    @inject(MAKE) private readonly make: Make,
  ) {}

  open(job: TrainingJob): TrainingSession {
    return new LookaheadSession(this.make(this.options.trainer).open(job), job, this.options);
  }
}

/** Another session, and the slow weights beside it: they go into checkpoints as slots do. */
class LookaheadSession implements TrainingSession {
  readonly takesHooks: boolean | undefined;
  readonly notes: readonly string[] | undefined;
  private readonly slow: readonly { readonly name: string; readonly variable: tf.Variable; readonly weights: tf.Variable }[];
  private steps = 0;

  constructor(
    private readonly fast: TrainingSession,
    private readonly job: TrainingJob,
    private readonly options: LookaheadOptions,
  ) {
    this.takesHooks = fast.takesHooks;
    this.notes = fast.notes;
    const trained = modelParameters(job.model).filter(({ trainable }) => trainable);
    this.slow = trained.map(({ name, variable }) => ({ name, variable, weights: tf.variable(variable, false) }));
  }

  async step(order: Int32Array, learningRate: number, hooks?: StepHooks): Promise<number> {
    const loss = await this.fast.step(order, learningRate, hooks);
    this.steps += 1;
    if (this.steps % this.options.every === 0) await this.follow();
    return loss;
  }

  private async follow(): Promise<void> {
    await this.fast.sync();
    tf.tidy(() => {
      for (const { variable, weights } of this.slow) {
        weights.assign(tf.add(weights, tf.mul(tf.sub(variable, weights), this.options.share)));
        variable.assign(weights);
      }
    });
    await this.fast.refresh();
  }

  sync(): Promise<void> {
    return this.fast.sync();
  }

  /** A cut may have come between: slow weights have its zeros, too. */
  async refresh(): Promise<void> {
    await this.fast.refresh();
    const { masks } = this.job;
    for (const { name, weights } of this.slow) {
      const parameter = masks?.all.find((one) => one.name === name);
      if (parameter !== undefined) masks?.applyTo(weights, parameter);
    }
  }

  reset(): void {
    this.fast.reset();
    this.steps = 0;
    for (const { variable, weights } of this.slow) weights.assign(variable);
  }

  async save(): Promise<TrainingState> {
    const { updates, slots } = await this.fast.save();
    const slow = await Promise.all(
      this.slow.map(async ({ name, weights }) => [`${name}/slow`, (await weights.data()) as Float32Array] as const),
    );
    return { updates, slots: { ...slots, ...Object.fromEntries(slow), steps: Float32Array.of(this.steps) } };
  }

  async restore(state: TrainingState): Promise<void> {
    await this.fast.restore(state);
    this.steps = state.slots['steps']?.[0] ?? 0;
    tf.tidy(() => {
      for (const { name, weights } of this.slow) {
        const values = state.slots[`${name}/slow`];
        // A strategy that watches gradients may have trained in between without slow weights.
        if (values !== undefined) weights.assign(tf.tensor(values, weights.shape));
      }
    });
  }

  dispose(): void {
    this.fast.dispose();
    tf.dispose(this.slow.map(({ weights }) => weights));
  }
}

export default definePlugin({
  name: '@espalier-examples/lookahead-trainer',
  trainers: {
    lookahead: { use: LookaheadTrainer, options: lookaheadOptions, description: 'Another trainer, with slow weights that follow.' },
  },
});

import {
  Budget,
  corePlugin,
  definePlugin,
  inject,
  injectable,
  LiveRun,
  OPTIONS,
  Part,
  PartContainer,
  type PrunableParameter,
  type PruningRun,
  part,
  Registry,
  SCORER,
  type Scorer,
  type Strategy,
  selectParameters,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

class SizeScorer implements Scorer {
  readonly independent = true;

  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.abs<tf.Tensor>(variable));
  }
}

const twiceOptions = z.object({ scorer: part('scorer', 'size'), first: z.number().min(0).max(1).default(0.5) });

@injectable()
class TwiceStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof twiceOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await run.cut(this.scorer, run.sparsity * this.options.first);
    await run.train(run.budget);
    await run.cut(this.scorer, run.sparsity);
  }
}

const plugin = definePlugin({
  name: 'page',
  scorers: { size: { use: SizeScorer } },
  strategies: { twice: { use: TwiceStrategy, options: twiceOptions } },
});

/** A whole run, from a registry of parts: it trains between two cuts. */
async function runInPage(backend: string): Promise<object> {
  await tf.setBackend(backend);
  const model = await tf.loadLayersModel('./model/model.json');
  const parts = new PartContainer(new Registry([corePlugin, plugin]));
  const run = await LiveRun.open({
    model,
    parameters: selectParameters(model).taken,
    sparsity: 0.75,
    threshold: parts.make(new Part('threshold', 'global')),
    train: {
      size: 4,
      inputs: [{ shape: [4], data: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)) }],
      targets: [{ shape: [], data: Int32Array.of(0, 1, 0, 1) }],
    },
    task: 'classification',
    loss: parts.make(new Part('loss', 'sparseCategoricalCrossentropy')),
    optimizer: parts.make(new Part('optimizer', 'adam')),
    trainer: parts.make(new Part('trainer', 'tape')),
    batchSize: 2,
    budget: new Budget(6, 2),
    seed: 1,
  });
  await parts.make(new Part('strategy', 'twice')).prune(run);
  await run.finish();
  const weights = run.parameters.flatMap(({ variable }) => Array.from(variable.dataSync()));
  const { sparsity } = run.masks;
  run.dispose();
  return { backend: tf.getBackend(), sparsity, zeros: weights.filter((weight) => weight === 0).length, weights: weights.length };
}

Object.assign(globalThis, { runInPage });

/** Parts that each break one promise, as an author might by accident. */
import {
  type Dataset,
  type DatasetSource,
  definePlugin,
  inject,
  injectable,
  type Line,
  type ModelSource,
  type ModelTask,
  type ParameterScores,
  type PrunableParameter,
  type PruningRun,
  part,
  SCORER,
  type Scheduler,
  type Scorer,
  type ScoringContext,
  type Strategy,
  type Threshold,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const sizes = (parameters: readonly PrunableParameter[]) => parameters.map(({ variable }) => tf.abs<tf.Tensor>(variable));

class NotANumber implements Scorer {
  /** 0/0 where a weight is zero. */
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.tidy(() => tf.div<tf.Tensor>(variable, variable)));
  }
}
class Infinite implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ shape }) => tf.fill([...shape], Number.POSITIVE_INFINITY));
  }
}
class WrongShape implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.tidy(() => tf.sum(tf.abs(variable), 0)));
  }
}
class OneForAll implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return sizes(parameters.slice(0, 1));
  }
}
class Leaking implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.sqrt(tf.square<tf.Tensor>(variable)));
  }
}
class Disposing implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    const scores = sizes(parameters);
    tf.dispose(scores);
    return scores;
  }
}
class Throwing implements Scorer {
  score(): tf.Tensor[] {
    throw new TypeError('nothing is defined');
  }
}
class Changing implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    for (const { variable } of parameters) tf.tidy(() => variable.assign(tf.abs<tf.Tensor>(variable)));
    return parameters.map(({ variable }) => variable.clone());
  }
}
class InPlace implements Scorer {
  /** On the cpu backend dataSync gives the memory of the weights. */
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable, shape }) => {
      const weights = variable.dataSync<'float32'>();
      for (let i = 0; i < weights.length; i++) weights[i] = Math.abs(weights[i] as number);
      return tf.tensor(weights.slice(), [...shape]);
    });
  }
}
class Drawing implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ shape }) => tf.randomUniform([...shape]));
  }
}
class Counting implements Scorer {
  private times = 0;
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    this.times += 1;
    return parameters.map(({ variable }) => tf.tidy(() => tf.mul(tf.abs<tf.Tensor>(variable), this.times)));
  }
}
class NotIndependent implements Scorer {
  readonly independent = true;
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.tidy(() => tf.div(tf.abs<tf.Tensor>(variable), parameters.length)));
  }
}
class NotUnits implements Scorer {
  readonly ofUnits = true;
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return sizes(parameters);
  }
}
class OtherInPlace implements Scorer {
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return sizes(parameters);
  }
  scoreInPlace(weights: Float32Array): void {
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) ** 2;
  }
}
class Forgetting implements Scorer {
  /** Sums that no checkpoint holds. */
  private steps = 0;
  watch(): void {
    this.steps += 1;
  }
  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.tidy(() => tf.add(tf.abs<tf.Tensor>(variable), this.steps)));
  }
}
class NeverAnswering implements Scorer {
  score(): Promise<tf.Tensor[]> {
    return new Promise(() => {});
  }
}
class Spinning implements Scorer {
  score(): tf.Tensor[] {
    for (;;);
  }
}
class Speechless implements Scorer {
  refuses(): string {
    return '';
  }
  score(): tf.Tensor[] {
    return [];
  }
}
class Good implements Scorer {
  score(parameters: readonly PrunableParameter[], { random }: ScoringContext): tf.Tensor[] {
    return parameters.map(({ size, shape }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => random.next()),
        [...shape],
      ),
    );
  }
}

class Overshooting implements Scheduler {
  sparsityAt({ progress }: { progress: number }): number {
    return progress;
  }
}
class Falling implements Scheduler {
  sparsityAt({ progress }: { progress: number }, target: number): number {
    return target * Math.abs(Math.sin((5 * Math.PI * progress) / 2));
  }
}
class Short implements Scheduler {
  sparsityAt({ number, total }: { number: number; total: number }, target: number): number {
    return (target * (number - 1)) / total;
  }
}
class Remembering implements Scheduler {
  private highest = 0;
  sparsityAt({ progress }: { progress: number }, target: number): number {
    this.highest = Math.max(this.highest, progress);
    return target * this.highest;
  }
}

class ByValue implements Threshold {
  /** A value alone: ties fall all together or not at all. */
  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const sorted = await Promise.all(scores.map(async (each) => (await each.read()).slice().sort()));
    return sorted.map((values) => ({ below: values[Math.min(values.length - 1, Math.round(sparsity * values.length))] ?? 0 }));
  }
}
class AtOnce implements Threshold {
  readonly decidesSparsity = true;
  lines(scores: readonly ParameterScores[]): Line[] {
    return scores.map(() => ({ below: 0.4 }));
  }
}
class Sorting implements Threshold {
  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    for (const each of scores) (await each.read()).sort();
    return scores.map(({ size }) => ({ count: Math.round(sparsity * size) }));
  }
}
class Overdrawing implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] {
    return scores.map(({ size }) => ({ count: sparsity * size }));
  }
}
class ByMean implements Threshold {
  readonly decidesSparsity = true;
  /** The mean of what is left: 0/0 where nothing is. */
  async lines(scores: readonly ParameterScores[]): Promise<Line[]> {
    const means = scores.map(async (each) => {
      const left = (await each.read()).filter((score) => score > Number.NEGATIVE_INFINITY);
      return { below: left.reduce((sum, score) => sum + score, 0) / left.length };
    });
    return Promise.all(means);
  }
}

type Body = (run: PruningRun, scorer: Scorer, fields: { asked: number }) => Promise<void>;

/** A strategy that is given a scorer and has a field of its own. */
function strategyOf(body: Body): new (scorer: Scorer) => Strategy {
  @injectable()
  class One implements Strategy {
    private readonly fields = { asked: 0 };
    constructor(@inject(SCORER) private readonly scorer: Scorer) {}
    prune(run: PruningRun): Promise<void> {
      return body(run, this.scorer, this.fields);
    }
  }
  return One;
}

const cutHalfWay: Body = async (run, scorer) => {
  await run.train(run.budget.share(0.5));
  await run.cut(scorer);
  await run.train(run.budget.inParts(2)[0] ?? run.budget);
};

const strategies = {
  HalfWay: strategyOf(cutHalfWay),
  Growing: strategyOf(async (run, scorer, fields) => {
    await cutHalfWay(run, scorer, fields);
    const [first] = run.parameters;
    if (run.rehearsal || first === undefined) return;
    const mask = run.masks.get(first).clone();
    for (let i = 0; i < first.size; i++) mask.keep(i);
    run.masks.set(first, mask);
    await run.cut(scorer, 0);
  }),
  Writing: strategyOf(async (run, scorer, fields) => {
    await cutHalfWay(run, scorer, fields);
    for (const { variable } of run.parameters) tf.tidy(() => variable.assign(tf.onesLike(variable)));
  }),
  Forgetful: strategyOf(async (run, scorer, fields) => {
    await run.train(run.budget, async (step) => {
      fields.asked += 1;
      await run.cut(scorer, step.number < step.total ? (run.sparsity * fields.asked) / 100 : run.sparsity);
    });
  }),
  Dicing: strategyOf(async (run, scorer) => {
    await run.cut({ score: (parameters) => parameters.map(({ shape }) => tf.randomUniform([...shape])) }, run.sparsity / 2);
    await run.train(run.budget);
    await run.cut(scorer);
  }),
  Stubborn: strategyOf(async (run, scorer) => {
    await run.cut(scorer);
    await run.train(run.budget).catch(() => {});
  }),
  Greedy: strategyOf(async (run, scorer, fields) => {
    await cutHalfWay(run, scorer, fields);
    await run.train(run.budget);
  }),
  Early: strategyOf(async (run, scorer) => {
    await run.train(run.budget, async (step) => {
      if (step.number % 4 === 0) await run.cut(scorer, run.sparsity * step.progress);
    });
  }),
  Hoarding: strategyOf(async (run, scorer) => {
    await run.train(run.budget, () => void tf.zeros([2]));
    await run.cut(scorer);
  }),
  Secretive: strategyOf(async (run, scorer, fields) => {
    if (!run.rehearsal) await run.cut(scorer, run.sparsity / 2);
    await cutHalfWay(run, scorer, fields);
  }),
  /** Waits for a loss: NaN in a rehearsal. */
  Endless: strategyOf(async (run) => {
    for (let loss = Number.POSITIVE_INFINITY; !(loss < 0); ) loss = (await run.train(run.budget.split(9))).loss;
  }),
  EndlessForReal: strategyOf(async (run) => {
    do await run.train(run.budget);
    while (!run.rehearsal && run.masks.sparsity < 2);
  }),
};

class Unseeded implements ModelSource {
  build({ inputShapes, outputs }: ModelTask): tf.LayersModel {
    return tf.sequential({ layers: [tf.layers.dense({ name: 'only', units: outputs, inputShape: [...(inputShapes[0] ?? [])] })] });
  }
}
class Nameless implements ModelSource {
  build({ inputShapes, outputs, seed }: ModelTask): tf.LayersModel {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.sequential({ layers: [tf.layers.dense({ units: outputs, kernelInitializer, inputShape: [...(inputShapes[0] ?? [])] })] });
  }
}
class Narrow implements ModelSource {
  build({ inputShapes, seed }: ModelTask): tf.LayersModel {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    const only = tf.layers.dense({ name: 'only', units: 1, kernelInitializer, inputShape: [...(inputShapes[0] ?? [])] });
    return tf.sequential({ layers: [only] });
  }
}

/** Points that one value of is changed. */
function pointsOf(change: (points: { data: Float32Array; labels: Int32Array }) => unknown): new () => DatasetSource {
  return class {
    async load(): Promise<Dataset> {
      const [data, labels] = [Float32Array.of(0, 1, 2, 3), Int32Array.of(0, 1)];
      change({ data, labels });
      const samples = { size: 2, inputs: [{ shape: [2], data }], targets: [{ shape: [], data: labels }] };
      return { name: 'points', task: 'classification', classes: 2, train: samples, test: samples, fingerprint: 'points' };
    }
  };
}
class NeverLoading implements DatasetSource {
  load(): Promise<never> {
    return new Promise(() => {});
  }
}
const datasets = {
  NeverLoading,
  Whole: pointsOf(() => {}),
  Holed: pointsOf(({ data }) => data.fill(Number.NaN, 2, 3)),
  Mislabelled: pointsOf(({ labels }) => labels.fill(2, 1)),
  Changing: pointsOf(({ data }) => data.fill(Math.random(), 0, 1)),
};

const options = z.object({ scorer: part('scorer', 'good') });
const scorers = {
  NotANumber,
  Infinite,
  WrongShape,
  OneForAll,
  Leaking,
  Disposing,
  Throwing,
  Changing,
  InPlace,
  Drawing,
  Counting,
  NotIndependent,
  NotUnits,
  OtherInPlace,
  Forgetting,
  NeverAnswering,
  Spinning,
  Speechless,
};

const entries = <T>(classes: Readonly<Record<string, T>>) =>
  Object.fromEntries(Object.entries(classes).map(([name, use]) => [name, { use }]));

export default definePlugin({
  name: '@acme/broken',
  scorers: { ...entries(scorers), good: { use: Good } },
  schedulers: entries({ Overshooting, Falling, Short, Remembering }),
  thresholds: entries({ ByValue, AtOnce, Sorting, Overdrawing, ByMean }),
  models: entries({ Unseeded, Nameless, Narrow }),
  datasets: entries(datasets),
  strategies: Object.fromEntries(Object.entries(strategies).map(([name, use]) => [name, { use, options }])),
});

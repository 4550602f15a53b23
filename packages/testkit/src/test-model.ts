import { EspalierError, elementsOf, isModel, type ModelTask, modelParameters, type Plugin, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { broken, failure, type Promises, type SuiteOptions, suite, type Tried, tried, within } from './suite.ts';

type Tasks = Readonly<Record<string, Omit<ModelTask, 'seed'>>>;

export interface ModelSuiteOptions extends SuiteOptions<ModelPromise> {
  /** What it is built for; a model may refuse some of these. */
  readonly tasks?: Tasks;
}

const TASKS: Tasks = {
  'three classes of eight values': { inputShapes: [[8]], task: 'classification', outputs: 3 },
  'two numbers from eight values': { inputShapes: [[8]], task: 'regression', outputs: 2 },
  'three classes of grey images': { inputShapes: [[28, 28, 1]], task: 'classification', outputs: 3 },
};

/** Tests that a model keeps what every model promises: `testModel(plugin, 'skip')`. */
export function testModel(plugin: Plugin, config: unknown, options: ModelSuiteOptions = {}): void {
  const one = tried('model', plugin, config, options);
  suite(one, MODEL_PROMISES, () => new ModelSubject(one, options.tasks ?? TASKS), options.except);
}

/** A kind of model, built for each task. */
export class ModelSubject {
  readonly tried: Tried;
  private readonly tasks: Tasks;
  private known: Promise<readonly Built[]> | undefined;

  constructor(one: Tried, tasks: Tasks = TASKS) {
    this.tried = one;
    this.tasks = tasks;
  }

  /** @throws where it fails on a task, or is refused for all of them. */
  built(): Promise<readonly Built[]> {
    this.known ??= this.buildAll();
    return this.known;
  }

  async build({ task }: Pick<Built, 'task'>, seed: number): Promise<tf.LayersModel> {
    const source = this.tried.bed.makeSeeded(seed, 'model', this.tried.config);
    return within(this.tried, 'build', () => source.build({ ...task, seed }));
  }

  where({ name }: Pick<Built, 'name'>): string {
    return `${this.tried.words} for ${name}`;
  }

  async dispose(): Promise<void> {
    for (const { model } of await (this.known ?? [])) model.dispose();
  }

  private async buildAll(): Promise<Built[]> {
    const built: Built[] = [];
    let refused: EspalierError | undefined;
    for (const [name, task] of Object.entries(this.tasks)) {
      try {
        const model = await this.build({ task }, 1);
        if (!isModel(model))
          broken({ where: this.where({ name }), what: 'build gave no LayersModel', remedy: 'Return what tf.sequential or tf.model gives' });
        built.push({ name, task, model });
      } catch (error) {
        if (!(error instanceof EspalierError) || error.name !== 'EspalierError') throw failure(this.where({ name }), error);
        refused ??= error;
      }
    }
    if (built.length > 0 || refused === undefined) return built;
    throw new EspalierError(
      {
        where: this.tried.words,
        what: 'is built for none of the tasks',
        why: refused.message,
        remedy: 'Give the suite one that it takes: { tasks }',
      },
      { cause: refused },
    );
  }
}

interface Built {
  readonly name: string;
  readonly task: Omit<ModelTask, 'seed'>;
  readonly model: tf.LayersModel;
}

export const MODEL_PROMISES = {
  builds: {
    says: 'is built for what it does not refuse',
    holds: async (subject) => void (await subject.built()),
  },

  shapes: {
    says: 'takes what the task gives, and gives what it asks for: finite numbers',
    async holds(subject) {
      for (const one of await subject.built()) {
        const { model, task } = one;
        const taken = model.inputs.map(({ shape }) => shape.slice(1).map((side) => side ?? 0));
        // Values in another shape are read in that of the model, where they are as many.
        const fits = taken.length === task.inputShapes.length && taken.every((shape, i) => isAsMany(shape, task.inputShapes[i] ?? []));
        if (!fits)
          broken({
            where: subject.where(one),
            what: `takes ${JSON.stringify(taken)}, where the data has ${JSON.stringify(task.inputShapes)}`,
            remedy: 'Build it from task.inputShapes',
          });
        const output = tf.tidy(() => {
          const given = model.predict(taken.map((shape) => tf.randomUniform([2, ...shape], -1, 1, 'float32', 5))) as
            | tf.Tensor
            | tf.Tensor[];
          const [first] = Array.isArray(given) ? given : [given];
          return { shape: first?.shape ?? [], values: first?.dataSync() ?? [] };
        });
        if (output.shape.join() !== `2,${task.outputs}`) {
          broken({
            where: subject.where(one),
            what: `gives [${output.shape.join(', ')}] for two samples, where [2, ${task.outputs}] is asked for`,
            remedy: 'Let the last layer have task.outputs units',
          });
        }
        if (!Array.from(output.values).every(Number.isFinite))
          broken({ where: subject.where(one), what: 'gives numbers that are not finite, untrained' });
      }
    },
  },

  same: {
    says: 'starts from the same weights for the same seed, and from others for another one',
    async holds(subject) {
      for (const one of await subject.built()) {
        const again = await subject.build(one, 1);
        const other = await subject.build(one, 2);
        const [first, second, third] = [one.model, again, other].map(weightsOf);
        again.dispose();
        other.dispose();
        if (first !== second) {
          broken({
            where: subject.where(one),
            what: 'has other weights when it is built again with the same seed',
            why: 'no run could be repeated, and no lottery ticket rewound',
            remedy: 'Give each initialiser a seed: Random.of(task.seed, layerName).int(2 ** 31)',
          });
        }
        if (first === third)
          broken({
            where: subject.where(one),
            what: 'has the same weights for another seed',
            why: 'several seeds would be one and the same run',
            remedy: 'Derive the seeds of its initialisers from task.seed',
          });
      }
    },
  },

  names: {
    says: 'names its layers itself',
    async holds(subject) {
      for (const one of await subject.built()) {
        const again = await subject.build(one, 1);
        const [names, others] = [one.model, again].map((model) => modelParameters(model).map(({ name }) => name));
        again.dispose();
        const at = names?.findIndex((name, i) => name !== others?.[i]) ?? -1;
        if (at < 0) continue;
        broken({
          where: subject.where(one),
          what: `${names?.[at]} is called ${others?.[at]} when it is built again`,
          why: 'checkpoints and the rules of configs (prune.parameters) go by these names',
          remedy: 'Give each layer a name',
        });
      }
    },
  },

  prunable: {
    says: 'has weights that can be pruned',
    async holds(subject) {
      for (const one of await subject.built()) {
        if (selectParameters(one.model).taken.length === 0)
          broken({ where: subject.where(one), what: 'has no kernel, embedding or recurrent kernel that is trained' });
      }
    },
  },
} satisfies Promises<ModelSubject, string>;

export type ModelPromise = keyof typeof MODEL_PROMISES;

function weightsOf(model: tf.LayersModel): string {
  return modelParameters(model)
    .map(({ variable }) => variable.dataSync().join())
    .join(';');
}

/** Sides that are left open (0 here) fit any. */
function isAsMany(taken: readonly number[], given: readonly number[]): boolean {
  return taken.includes(0) || elementsOf(taken) === elementsOf(given);
}

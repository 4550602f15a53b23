import {
  type Column,
  EspalierError,
  Forward,
  type Mask,
  type MaskSet,
  type ModelParameter,
  type Optimizer,
  type Trainer,
  type TrainingJob,
  type TrainingSession,
  type TrainingState,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { FLOAT, Graph, INT, type Value, type Variable } from './graph.ts';
import { GraphSession } from './graph-session.ts';
import { lossRule, takesLabels } from './loss-rules.ts';
import { DT } from './messages.ts';
import { buildModel, type ModelGraph } from './model-graph.ts';
import { isNative } from './native-backend.ts';
import { NoNativeRule } from './no-native-rule.ts';
import { hasOneDnn } from './one-dnn.ts';
import { type OptimizerRule, optimizerRule } from './optimizer-rules.ts';

/**
 * Trains natively: forward pass, gradients, masks and fused updates are one TensorFlow graph, run by one call per
 * step. The samples lie in TensorFlow's memory as they are stored (bytes stay bytes), and each step gathers its own.
 *
 * @throws NoNativeRule where a layer, loss or optimiser has no native rule, or the backend is another one.
 */
export class GraphTrainer implements Trainer {
  open(job: TrainingJob): TrainingSession {
    return new GraphTrainingSession(job);
  }
}

interface Weight {
  readonly parameter: ModelParameter;
  readonly variable: Variable;
  readonly slots: readonly Variable[];
  /** With what feeds it, as booleans: a quarter of the memory. */
  readonly mask?: Variable & { readonly kept: Value };
}

class GraphTrainingSession implements TrainingSession {
  readonly zeroes = true;
  private readonly masks: MaskSet | undefined;
  private readonly optimizer: Optimizer;
  private readonly rule: OptimizerRule;
  private readonly weights: Weight[];
  private readonly session: GraphSession;
  private readonly fetches: ReturnType<typeof buildStep>['fetches'];
  private updates = 0;
  private hasMasks = false;
  private isAhead = false;

  constructor(job: TrainingJob) {
    if (!isNative()) throw new NoNativeRule(`the backend is ${tf.getBackend()}`);
    const rule = optimizerRule(job.optimizer);
    this.rule = rule;
    this.optimizer = job.optimizer;
    this.masks = job.masks;

    const graph = new Graph({ hasOneDnn: hasOneDnn() });
    const built = buildStep(graph, job, rule);
    this.weights = built.weights;
    this.fetches = built.fetches;
    this.session = new GraphSession(graph.nodes);
    this.session.feed(built.data);
    this.reset();
    this.takeOver();
    // Prepared here, where it is part of opening, as it is needed at the end at the latest.
    tf.dispose(this.read());
  }

  async step(order: Int32Array, learningRate: number): Promise<number> {
    this.updates += 1;
    this.isAhead = true;
    // A view of a longer order would be sent whole.
    const positions = order.length === order.buffer.byteLength / 4 ? order : order.slice();
    return this.session.scalar(this.hasMasks ? this.fetches.masked : this.fetches.plain, {
      positions: { shape: [positions.length], data: positions },
      rate: { shape: [], data: Float32Array.of(this.rule.effectiveRate(learningRate, this.updates)) },
      ...(this.optimizer.weightDecay > 0 ? { decay: { shape: [], data: Float32Array.of(learningRate * this.optimizer.weightDecay) } } : {}),
    });
  }

  async sync(): Promise<void> {
    if (!this.isAhead) return;
    const tensors = this.read();
    this.weights.forEach(({ parameter }, i) => {
      // assign takes over the tensor's memory; the tensor itself is let go.
      parameter.variable.assign(tensors[i] as tf.Tensor);
      (tensors[i] as tf.Tensor).dispose();
    });
    this.isAhead = false;
  }

  private read(): tf.Tensor[] {
    return this.session.read(this.weights.map(({ variable }) => variable));
  }

  async refresh(): Promise<void> {
    this.takeOver();
  }

  /**
   * Weights and masks as the model and the mask set have them, and zeros for the model where these prune, in one run:
   * each new kind of run is prepared for tens of milliseconds.
   */
  private takeOver(): void {
    tf.tidy(() => {
      const masks = this.weights.map(({ mask, parameter }) => (mask ? this.masks?.get(parameter) : undefined));
      const feeds = this.weights.map(({ variable, parameter }) => [`${variable.name}/feed`, parameter.variable as tf.Tensor] as const);
      const kept = this.weights.flatMap(({ mask, parameter: { shape } }, i) =>
        mask === undefined ? [] : [[mask.kept.ref, { shape, data: (masks[i] as Mask).toBytes() }] as const],
      );
      const [, ...zeroed] = this.session.feedTensors(feeds, kept, [this.fetches.refreshed, ...this.fetches.zeroed.values()]);
      const pruned = this.weights.filter((_, i) => (masks[i]?.pruned ?? 0) > 0);
      const names = [...this.fetches.zeroed.keys()];
      for (const { parameter } of pruned) parameter.variable.assign(zeroed[names.indexOf(parameter.name)] as tf.Tensor);
      this.hasMasks = pruned.length > 0;
    });
    this.isAhead = false;
  }

  reset(): void {
    this.updates = 0;
    this.session.scalar(this.fetches.reset);
  }

  async save(): Promise<TrainingState> {
    const slots = this.slots();
    const tensors = this.session.read(slots.map(({ slot }) => slot));
    const entries = slots.map(({ name }, i) => [name, Float32Array.from((tensors[i] as tf.Tensor).dataSync())] as const);
    tf.dispose(tensors);
    return { updates: this.updates, slots: Object.fromEntries(entries) };
  }

  async restore(state: TrainingState): Promise<void> {
    const slots = this.slots();
    for (const { name, size } of slots) {
      if (state.slots[name]?.length !== size) throw new EspalierError({ where: name, what: 'the checkpoint does not fit this optimiser' });
    }
    this.updates = state.updates;
    this.session.feed(slots.map(({ name, slot }) => [slot, state.slots[name] as Float32Array]));
  }

  dispose(): void {
    this.session.dispose();
  }

  private slots(): { name: string; slot: Variable; size: number }[] {
    return this.weights.flatMap(({ parameter, slots }) =>
      slots.map((slot, i) => ({ name: `${parameter.name}/${this.optimizer.slots[i]}`, slot, size: parameter.size })),
    );
  }
}

/** The graph of one step, without masks and with them; they share everything up to the gradients. */
function buildStep(graph: Graph, job: TrainingJob, rule: OptimizerRule) {
  const { model, samples, optimizer, masks } = job;
  const computeLoss = lossRule(job.loss);
  if (new Forward(model, job.loss).hasPenalties) throw new NoNativeRule('a layer has a regulariser, which has no native rule');

  const positions = graph.input('positions', [-1], DT.int32);
  const rate = graph.input('rate', [], DT.float);
  const decay = optimizer.weightDecay > 0 ? graph.input('decay', [], DT.float) : undefined;
  const data: [Variable, Column['data']][] = [];
  const inputs = samples.inputs.map((column, i) => gather(graph, `inputs/${i}`, column, samples.size, positions, data, false));
  const targets = samples.targets.map((column, i) =>
    gather(graph, `targets/${i}`, column, samples.size, positions, data, takesLabels(job.loss)),
  );

  const built = buildModel(graph, model, inputs, job.loss);
  const losses = built.outputs.map((output, i) => ({ output, ...computeLoss(graph, output, targets[i] as Value) }));
  const loss =
    losses.length === 1
      ? (losses[0]?.loss as Value)
      : graph.float(
          'AddN',
          losses.map((each) => each.loss),
          [],
          { N: { int: losses.length } },
        );
  const gradients = graph.gradients(losses.map(({ output, gradient }) => ({ of: output, gradient })));

  const weights = weightsOf(graph, built, optimizer, masks);
  const plain: string[] = [...built.updates];
  const masked: string[] = [...built.updates];
  for (const { parameter, variable, slots, mask } of weights) {
    const gradient = gradients.get(variable.read.ref);
    if (gradient === undefined || !parameter.trainable) continue;
    const update = (of: Value) => {
      const readers = graph.afterReaders(variable);
      const after =
        decay !== undefined && parameter.shape.length > 1 ? [...readers, `^${decayWeight(graph, variable, decay, readers)}`] : readers;
      return rule.update(graph, { weight: variable, slots, gradient: of, rate, after });
    };
    const unmasked = update(gradient);
    plain.push(unmasked);
    if (mask === undefined) {
      masked.push(unmasked);
      continue;
    }
    // Weight and slots are zero where the mask is; with a gradient of zero there, every update leaves them so.
    masked.push(update(graph.float('Mul', [gradient, mask.read], parameter.shape)));
  }
  const fetches = {
    plain: done(graph, loss, plain),
    masked: done(graph, loss, masked),
    // Emitted after the updates, which would else wait for the reads in here.
    ...refreshed(graph, weights),
    reset: done(
      graph,
      graph.scalar(0),
      weights.flatMap(({ slots }) => slots.map((slot) => zero(graph, slot))),
    ),
  };
  return { weights, data, fetches };
}

/** Takes over all weights and masks; and the weights that have a mask as they are then, by the names of their parameters. */
function refreshed(graph: Graph, weights: readonly Weight[]): { readonly refreshed: string; readonly zeroed: ReadonlyMap<string, string> } {
  const nodes = weights.map((weight) => refreshWeight(graph, weight));
  const zeroed = weights.flatMap(({ parameter, variable, mask }, i) => {
    if (mask === undefined) return [];
    const after = (nodes[i] as string[]).map((name) => `^${name}`);
    return [[parameter.name, graph.emit('ReadVariableOp', [variable.handle, ...after], { dtype: FLOAT })] as const];
  });
  return { refreshed: done(graph, graph.scalar(0), nodes.flat()), zeroed: new Map(zeroed) };
}

/**
 * Takes over a weight and its mask from what is fed, and zeroes what is pruned of the weight and its slots: plain zeros,
 * whatever was there. A product would keep NaN and the sign.
 */
function refreshWeight(graph: Graph, { variable, slots, mask }: Weight): string[] {
  const assign = (to: Variable, value: Value) => graph.emit('AssignVariableOp', [to.handle, value], { dtype: FLOAT });
  if (mask === undefined) return [assign(variable, variable.fed)];
  const fed = graph.emit('Cast', [mask.kept], { SrcT: { type: DT.bool }, DstT: FLOAT });
  const kept = (value: Value) => graph.float('MulNoNan', [value, fed], variable.shape);
  return [
    assign(mask, { ref: fed, shape: variable.shape, type: DT.float }),
    assign(variable, kept(variable.fed)),
    ...slots.map((slot) => assign(slot, kept(slot.read))),
  ];
}

function zero(graph: Graph, variable: Variable): string {
  const zeros = graph.float('Fill', [graph.ints(variable.shape), graph.scalar(0)], variable.shape, { index_type: INT });
  return graph.emit('AssignVariableOp', [variable.handle, zeros], { dtype: FLOAT });
}

/** A value that is there when all these nodes have run. */
function done(graph: Graph, value: Value, nodes: readonly string[]): string {
  return graph.emit('Identity', [value, ...new Set(nodes.map((name) => `^${name}`))], { T: FLOAT });
}

/**
 * Decoupled weight decay: w − decay · w; rate · weightDecay is fed as `decay` at each step.
 *
 * @returns the name of the node that does it, for the update to wait for.
 */
function decayWeight(graph: Graph, weight: Variable, decay: Value, after: readonly string[]): string {
  const part = graph.float('Mul', [weight.read, decay], weight.shape);
  return graph.emit('AssignSubVariableOp', [weight.handle, part, ...after], { dtype: FLOAT });
}

function weightsOf(graph: Graph, { weights }: ModelGraph, optimizer: Optimizer, masks: MaskSet | undefined): Weight[] {
  return [...weights.values()].map(({ parameter, variable }) => ({
    parameter,
    variable,
    slots: parameter.trainable ? optimizer.slots.map((slot) => graph.variable(`${parameter.name}/${slot}`, parameter.shape)) : [],
    ...(masks?.has(parameter) && {
      mask: {
        ...graph.variable(`${parameter.name}/mask`, parameter.shape),
        kept: graph.input(`${parameter.name}/kept`, parameter.shape, DT.bool),
      },
    }),
  }));
}

/** Samples at the step's positions, as floats (or whole labels). The whole column becomes a variable of the session. */
function gather(
  graph: Graph,
  name: string,
  column: Column,
  size: number,
  positions: Value,
  data: [Variable, Column['data']][],
  asLabels: boolean,
): Value {
  const stored = asLabels && !(column.data instanceof Int32Array) ? Int32Array.from(column.data) : column.data;
  const type = stored instanceof Float32Array ? DT.float : stored instanceof Int32Array ? DT.int32 : DT.uint8;
  const variable = graph.variable(name, [size, ...column.shape], type);
  data.push([variable, stored]);
  const shape = [-1, ...column.shape];
  const rows = graph.emit('ResourceGather', [variable.handle, positions], { Tindices: INT, dtype: { type } });
  if (asLabels) return { ref: rows, shape, type };
  const floats: Value =
    type === DT.float
      ? { ref: rows, shape, type }
      : { ref: graph.emit('Cast', [rows], { SrcT: { type }, DstT: FLOAT }), shape, type: DT.float };
  const scaled = column.scale === undefined ? floats : graph.float('Mul', [floats, graph.scalar(column.scale)], shape);
  return column.offset === undefined ? scaled : graph.float('AddV2', [scaled, graph.scalar(column.offset)], shape);
}

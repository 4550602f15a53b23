import { Mask, MaskSet, modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { defineShapeRule, type RemovalOptions, replay, shrink } from './index.ts';
import { type LayerCall, makes, reads, type ShapeRule } from './shape-rule.ts';
import { checkRemoval, TOLERANCE } from './testing/check-removal.ts';
import { difference, disposeLoaded, outputsOf, randomise, savedAndLoaded, useCpu } from './testing/models.ts';

beforeAll(useCpu);

type Flow = tf.SymbolicTensor;
const L = tf.layers;

function apply(layer: tf.layers.Layer, ...inputs: Flow[]): Flow {
  return layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;
}

const dense = (name: string, units: number, activation: 'relu' | 'linear' | 'sigmoid' = 'relu') => L.dense({ name, units, activation });

/** Masks that prune these columns of each of these parameters. */
function columnMasks(model: tf.LayersModel, columns: Readonly<Record<string, readonly number[]>>): MaskSet {
  const parameters = modelParameters(model).map((parameter) => ({ ...parameter, sparsity: undefined }));
  const masks = new MaskSet(parameters);
  for (const parameter of parameters) {
    const gone = columns[parameter.name];
    const width = parameter.shape.at(-1) as number;
    if (gone !== undefined)
      masks.set(parameter, Mask.of(Float32Array.from({ length: parameter.size }, (_, i) => (gone.includes(i % width) ? 0 : 1))));
  }
  return masks;
}

function chain(...layers: tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape: [3], name: 'input' });
  return randomise(tf.model({ inputs: input, outputs: layers.reduce((flow, layer) => apply(layer, flow), input as Flow) }), 5);
}

describe('what masks leave without a purpose goes', () => {
  test('a unit that nobody reads goes, and what only it read goes with it', async () => {
    const model = chain(dense('a', 4), dense('b', 4), dense('output', 2));
    const masks = columnMasks(model, {});
    const find = (name: string) => masks.parameters.find((parameter) => parameter.name === name) as MaskSet['parameters'][number];
    // Nobody reads units 0 and 1 of b; unit 3 of a is read by unit 1 of b alone.
    masks.set(find('output/kernel'), Mask.of([0, 0, 0, 0, 1, 1, 1, 1]));
    masks.set(find('b/kernel'), Mask.of([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0]));
    const before = outputsOf(model);
    const { model: small, removal } = await shrink(model, masks);
    expect(removal).toEqual({ units: { a: { of: 4, removed: [3] }, b: { of: 4, removed: [0, 1] } }, bypassed: [] });
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    small.dispose();
    disposeLoaded(model);
  });

  test('a unit in a sum stays while any of its terms is alive, and says which', async () => {
    const input = tf.input({ shape: [3], name: 'input' });
    const [a, b] = [apply(dense('a', 3), input), apply(dense('b', 3), input)];
    const model = randomise(tf.model({ inputs: input, outputs: apply(dense('output', 1), apply(L.add({ name: 'sum' }), a, b)) }), 2);
    const masks = columnMasks(model, { 'a/kernel': [0, 1], 'a/bias': [0, 1], 'b/kernel': [1], 'b/bias': [1] });
    const before = outputsOf(model);
    const { model: small, removal, stayed } = await shrink(model, masks);
    expect(Object.entries(removal.units).map(([name, { removed }]) => [name, removed])).toEqual([
      ['a', [1]],
      ['b', [1]],
    ]);
    expect(stayed).toMatchObject([{ layer: 'a', units: [0], why: expect.stringMatching(/^tied to units of "b"/) }]);
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    small.dispose();
    disposeLoaded(model);
  });

  test('widths stay multiples and no less than a minimum, and layers that are to be kept are, where the option says so', async () => {
    const model = chain(dense('a', 6), dense('b', 6), dense('output', 2));
    const gone = [0, 1, 2, 3];
    const masks = columnMasks(model, { 'a/kernel': gone, 'a/bias': gone, 'b/kernel': gone, 'b/bias': gone });
    const before = outputsOf(model);
    const widths = async (options: RemovalOptions) => {
      const { model: small } = await shrink(model, masks, options);
      expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
      small.dispose();
      return small.layers.slice(1).map(({ outputShape }) => outputShape[1]);
    };
    expect(await widths({})).toEqual([2, 2, 2]);
    expect(await widths({ roundTo: 4 })).toEqual([4, 4, 2]);
    expect(await widths({ minimum: 5, roundTo: 2 })).toEqual([6, 6, 2]);
    expect(await widths({ minimum: 3, keep: ['b'] })).toEqual([3, 6, 2]);
    await expect(shrink(model, masks, { minimum: 0 })).rejects.toThrow('minimum is a whole number from 1, not 0');
    await expect(shrink(model, masks, { keep: ['c'] })).rejects.toThrow('keep: no layer is named "c"');
    disposeLoaded(model);
  });

  test('the two directions of a Bidirectional lose other units, but as many', async () => {
    const input = tf.input({ shape: [4, 3], name: 'input' });
    const both = L.bidirectional({ name: 'both', layer: L.gru({ units: 5 }) as never, mergeMode: 'concat' });
    const model = randomise(tf.model({ inputs: input, outputs: apply(dense('output', 2), apply(both, input)) }), 6);
    const gates = (units: number[]) => units.flatMap((unit) => [unit, unit + 5, unit + 10]);
    const columns = (direction: string, units: number[]) =>
      Object.fromEntries(['kernel', 'recurrent_kernel', 'bias'].map((name) => [`both/${direction}/${name}`, gates(units)]));
    const masks = columnMasks(model, { ...columns('forward', [0, 3, 4]), ...columns('backward', [1, 2]) });
    const before = outputsOf(model);
    const { model: small, removal, stayed } = await shrink(model, masks);
    expect(removal.units).toEqual({ 'both/forward': { of: 5, removed: [0, 3] }, 'both/backward': { of: 5, removed: [1, 2] } });
    expect(stayed).toEqual([{ layer: 'both/forward', units: [4], why: 'as many have to stay as of the other direction' }]);
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    small.dispose();
    disposeLoaded(model);
  });

  test('outputs stay, and say so, until they are asked for', async () => {
    const model = chain(dense('hidden', 4), dense('output', 3, 'linear'));
    const masks = columnMasks(model, { 'output/kernel': [1], 'output/bias': [1] });
    const whole = await shrink(model, masks);
    expect(whole.removal.units).toEqual({});
    expect(whole.stayed).toEqual([{ layer: 'output', units: [1], why: 'the model\'s output "output"' }]);
    const cut = await shrink(model, { sparsity: 0.34, cutOutputs: ['output'], keep: ['hidden'] });
    expect(cut.model.outputs[0]?.shape).toEqual([null, 2]);
    for (const each of [whole, cut]) each.model.dispose();
    disposeLoaded(model);
  });
});

describe('the whole model goes through', () => {
  test('nested models, repeated names, shared layers, several inputs and outputs; saved, and loaded by plain tfjs', async () => {
    const part = (name: string) => {
      const inner = tf.input({ shape: [4] });
      const shared = dense('shared', 4);
      return tf.model({
        name,
        inputs: inner,
        outputs: [apply(dense('head', 5), apply(shared, apply(shared, inner))), apply(dense('side', 3), inner)],
      });
    };
    const [one, two] = [part('one'), part('two')];
    const [a, b] = [tf.input({ shape: [4], name: 'a' }), tf.input({ shape: [4], name: 'b' })];
    const [x, y] = one.apply(a) as Flow[] as [Flow, Flow];
    const [z] = one.apply(b) as Flow[] as [Flow];
    const [u, v] = two.apply(b) as Flow[] as [Flow, Flow];
    const joined = apply(L.concatenate(), apply(L.add(), x, z), u);
    const model = randomise(
      tf.model({ inputs: [a, b], outputs: [apply(dense('first', 2), joined), apply(dense('second', 1), apply(L.multiply(), y, v))] }),
    );
    const removal = await checkRemoval(model, { sparsity: 0.5, seed: 1 });
    expect(Object.keys(removal.units)).toEqual(expect.arrayContaining(['one/head', 'one/side', 'two/head', 'two/side']));
    const { model: small } = await shrink(model, { sparsity: 0.5 });
    const loaded = await savedAndLoaded(small);
    expect(difference(outputsOf(loaded), outputsOf(small))).toBe(0);
    expect(small.outputNames).toEqual(['first', 'second']);
    small.dispose();
    disposeLoaded(loaded);
    disposeLoaded(model);
  });

  test('a norm that a constraint keeps is not kept of less: what is loaded is what was saved', async () => {
    const hidden = L.dense({ name: 'hidden', units: 6, activation: 'relu', kernelConstraint: tf.constraints.unitNorm({ axis: 0 }) });
    const model = chain(dense('first', 6), hidden, dense('output', 2));
    const { model: small } = await shrink(model, { sparsity: 0.5 });
    const loaded = await savedAndLoaded(small);
    expect(difference(outputsOf(loaded), outputsOf(small))).toBe(0);
    for (const each of [small, loaded]) each.dispose();
    disposeLoaded(model);
  });

  test('training goes on after it', async () => {
    const model = chain(dense('hidden', 8), L.batchNormalization({ name: 'norm' }), dense('output', 1, 'linear'));
    const { model: small } = await shrink(model, { sparsity: 0.5 });
    small.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const [xs, ys] = [tf.randomUniform([16, 3], -1, 1, 'float32', 3), tf.ones([16, 1])];
    const { history } = await small.fit(xs, ys, { epochs: 5, verbose: 0 });
    expect(history['loss']?.at(-1)).toBeLessThan(history['loss']?.[0] as number);
    tf.dispose([xs, ys]);
    small.dispose();
    disposeLoaded(model);
  });
});

describe('layers that are empty', () => {
  const residual = () => {
    const input = tf.input({ shape: [4], name: 'input' });
    const stem = apply(dense('stem', 4), input);
    const block = apply(L.dense({ name: 'out', units: 4, useBias: false }), apply(dense('in', 3), stem));
    return randomise(tf.model({ inputs: input, outputs: apply(dense('output', 2), apply(L.add({ name: 'sum' }), stem, block)) }), 4);
  };
  const ALL = { 'in/kernel': [0, 1, 2], 'in/bias': [0, 1, 2], 'out/kernel': [0, 1, 2, 3] };

  test('are refused by name', async () => {
    const model = chain(dense('first', 4), dense('second', 4), dense('output', 2));
    const masks = columnMasks(model, { 'second/kernel': [0, 1, 2, 3], 'second/bias': [0, 1, 2, 3] });
    const before = outputsOf(model);
    const tensors = tf.memory().numTensors;
    await expect(shrink(model, masks)).rejects.toThrow(/^second: the masks leave no unit alive.*emptied: 'bypass'/);
    await expect(shrink(model, masks, { emptied: 'bypass' })).rejects.toThrow(
      /^second: the masks leave no unit alive. Keep a unit .*: the model cannot/,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    const one = await shrink(model, masks, { emptied: 'keepOne' });
    expect(one.model.layers.slice(1).map(({ outputShape }) => (outputShape as number[])[1])).toEqual([1, 1, 2]);
    expect(difference(outputsOf(one.model), before)).toBeLessThan(TOLERANCE);
    one.model.dispose();
    expect(difference(outputsOf(model), before)).toBe(0);
    disposeLoaded(model);
  });

  test('are left out where a sum can do without them, if the option says so', async () => {
    const model = residual();
    const masks = columnMasks(model, ALL);
    await expect(shrink(model, masks)).rejects.toThrow(/^in: the masks leave no unit alive.*emptied: 'bypass'/);
    const before = outputsOf(model);
    const { model: small, removal } = await shrink(model, masks, { emptied: 'bypass' });
    expect(removal.bypassed).toEqual([{ layer: 'sum', input: 'out' }]);
    expect(small.layers.map(({ name }) => name)).toEqual(['input', 'stem', 'output']);
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    const again = await replay(model, JSON.parse(JSON.stringify(removal)));
    expect(difference(outputsOf(again), before)).toBeLessThan(TOLERANCE);
    for (const each of [small, again]) each.dispose();
    disposeLoaded(model);
  });

  test('are left out of what joins branches', async () => {
    const input = tf.input({ shape: [4], name: 'input' });
    const joined = apply(L.concatenate({ name: 'joined' }), apply(dense('a', 3), input), apply(dense('b', 3), input));
    const model = randomise(tf.model({ inputs: input, outputs: apply(dense('output', 2), joined) }), 4);
    const masks = columnMasks(model, { 'a/kernel': [0, 1, 2], 'a/bias': [0, 1, 2] });
    await expect(shrink(model, masks)).rejects.toThrow(/^a: the masks leave no unit alive/);
    const before = outputsOf(model);
    const { model: small } = await shrink(model, masks, { emptied: 'bypass' });
    expect(small.layers.map(({ name }) => name)).toEqual(['input', 'b', 'output']);
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    small.dispose();
    disposeLoaded(model);
  });
});

describe('what does not fit is refused where it comes from', () => {
  test('masks of another model', async () => {
    const [model, other] = [chain(dense('hidden', 4), dense('output', 2)), chain(dense('hidden', 5), dense('end', 2))];
    const masks = columnMasks(other, {});
    const { numTensors } = tf.memory();
    await expect(shrink(model, masks)).rejects.toThrow(
      /hidden\/kernel \[3, 5\].*end\/kernel.*: the masks are those of another model: here hidden\/kernel is \[3, 4\].*here is no end\/kernel/,
    );
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const each of [model, other]) disposeLoaded(each);
  });

  test('a removal of another model, or one that tears apart what goes together', async () => {
    const input = tf.input({ shape: [3], name: 'input' });
    const sum = apply(L.add(), apply(dense('a', 3), input), apply(dense('b', 3), input));
    const model = tf.model({ inputs: input, outputs: apply(dense('output', 1), sum) });
    const units = (of: number, removed: number[]) => ({ of, removed });
    await expect(replay(model, { units: { c: units(3, [0]) }, bypassed: [] })).rejects.toThrow(/^c: the removal is that of another model/);
    await expect(replay(model, { units: { a: units(4, [0]) }, bypassed: [] })).rejects.toThrow(/it makes 4 units, and this one's makes 3$/);
    await expect(replay(model, { units: { a: units(3, [0]) }, bypassed: [] })).rejects.toThrow(
      /^b: the removal leaves unit 0, which is tied/,
    );
    model.dispose();
  });

  test.each([
    [{}, 'say how much: sparsity, macs or parameters'],
    [{ sparsity: 1.2 }, 'the sparsity is a share from 0 to 1, not 1.2'],
    [{ sparsity: 0.5, macs: 0.5 }, 'not both'],
    [{ sparsity: 0.5, roundTo: 0 }, 'roundTo is a whole number from 1, not 0'],
    [{ sparsity: 0.5, keep: ['haed'] }, 'no layer is named "haed": layers that make units are hidden, output'],
    [{ macs: 1 / 100 }, 'cannot come down to'],
  ])('%o', async (options, message) => {
    const model = chain(dense('hidden', 4), dense('output', 2));
    const { numTensors } = tf.memory();
    await expect(shrink(model, options)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
    disposeLoaded(model);
  });
});

describe('layers of one’s own', () => {
  /** Every second number of the last axis, doubled: nobody could guess. */
  class Strange extends tf.layers.Layer {
    static readonly className = 'Strange';
    override computeOutputShape(shape: tf.Shape): tf.Shape {
      return [...shape.slice(0, -1), Math.ceil((shape.at(-1) as number) / 2)];
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
      return tf.tidy(() => tf.mul(tf.stridedSlice(input, [0, 0], input.shape as number[], [1, 2]), 2));
    }
  }

  /** A convolution in groups: each group of filters reads its own channels. */
  class GroupedConv2D extends tf.layers.Layer {
    static readonly className = 'GroupedConv2D';
    readonly filters: number;
    readonly groups: number;
    private kernel: ReturnType<tf.layers.Layer['addWeight']> | undefined;

    constructor(config: { filters: number; groups: number; name?: string }) {
      super(config);
      this.filters = config.filters;
      this.groups = config.groups;
    }
    override build(shape: tf.Shape): void {
      const inputs = shape[3] as number;
      this.kernel = this.addWeight('kernel', [3, 3, inputs / this.groups, this.filters], 'float32', tf.initializers.zeros());
      super.build(shape);
    }
    override computeOutputShape(shape: tf.Shape): tf.Shape {
      return [...shape.slice(0, 3), this.filters];
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => {
        const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
        const kernels = tf.split(this.kernel?.read() as tf.Tensor4D, this.groups, 3);
        return tf.concat(
          tf.split(input, this.groups, 3).map((part, i) => tf.conv2d(part, kernels[i] as tf.Tensor4D, 1, 'same')),
          3,
        );
      });
    }
    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), filters: this.filters, groups: this.groups };
    }
  }
  tf.serialization.registerClass(GroupedConv2D);

  class Subtract extends tf.layers.Layer {
    static readonly className = 'Subtract';
    override computeOutputShape(shapes: tf.Shape[]): tf.Shape {
      return shapes[0] as tf.Shape;
    }
    override call(inputs: tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => tf.sub(inputs[0] as tf.Tensor, inputs[1] as tf.Tensor));
    }
  }

  test('without a rule, what goes into one is kept, and it is said how to add one', async () => {
    const model = chain(dense('before', 4), new Strange({ name: 'strange' }), dense('after', 4), dense('output', 1));
    const masks = columnMasks(model, { 'before/kernel': [0], 'before/bias': [0], 'after/kernel': [1], 'after/bias': [1] });
    const before = outputsOf(model);
    const { model: small, removal, stayed } = await shrink(model, masks);
    expect(removal.units).toEqual({ after: { of: 4, removed: [1] } });
    expect(stayed).toEqual([
      { layer: 'before', units: [0], why: '"strange" (Strange): has no shape rule; add one with defineShapeRule(\'Strange\', …)' },
    ]);
    expect(difference(outputsOf(small), before)).toBeLessThan(TOLERANCE);
    small.dispose();
    disposeLoaded(model);
  });

  /** The same channel of every group goes, and the same filter of every group. */
  const grouped: ShapeRule = {
    channels(call) {
      const [input] = call.inputs as [LayerCall['inputs'][number]];
      const groups = call.config['groups'] as number;
      const inputs = sameOfEach(call, input.channels[3] as Int32Array, groups);
      const filters = sameOfEach(call, call.make(call.config['filters'] as number) as Int32Array, groups);
      const each = inputs.slice(0, inputs.length / groups);
      return { outputs: [[null, null, null, filters]], weights: { kernel: [null, null, reads(each), makes(filters)] } };
    },
    resize: (config, { weights }) => ({ ...config, filters: weights['kernel']?.[3] }),
    constants(call) {
      const { values, shape } = call.weights['kernel'] as (typeof call.weights)[string];
      const groups = call.config['groups'] as number;
      const [inputs, filters] = [shape[2] as number, shape[3] as number];
      const given = call.inputs[0]?.constants[3];
      const read = Float32Array.from({ length: inputs }, (_, i) =>
        Array.from({ length: groups }, (_unused, g) => given?.[g * inputs + i]).every((k) => k === 0) ? 0 : Number.NaN,
      );
      const made = new Float32Array(filters);
      values.forEach((value, i) => {
        if (value !== 0 && read[Math.floor(i / filters) % inputs] !== 0) made[i % filters] = Number.NaN;
      });
      return { outputs: [[null, null, null, made]], reads: { kernel: read } };
    },
  };

  function sameOfEach(call: LayerCall, channels: Int32Array, groups: number): Int32Array {
    const size = channels.length / groups;
    for (let g = 1; g < groups; g++) call.tie(channels.slice(0, size), channels.slice(g * size, (g + 1) * size));
    return channels;
  }

  test('with a rule, they go through: a grouped convolution', async () => {
    defineShapeRule('GroupedConv2D', grouped);
    const input = tf.input({ shape: [5, 5, 3], name: 'input' });
    let flow = apply(L.conv2d({ name: 'conv', filters: 8, kernelSize: 3, activation: 'relu' }), input);
    flow = apply(new GroupedConv2D({ name: 'grouped', filters: 12, groups: 2 }), flow);
    flow = apply(dense('output', 2), apply(L.flatten(), apply(L.activation({ activation: 'relu' }), flow)));
    const model = randomise(tf.model({ inputs: input, outputs: flow }), 8);
    const removal = await checkRemoval(model, { sparsity: 0.5 });
    expect(removal.units['conv']?.removed.length).toBe(4);
    expect(removal.units['grouped']?.removed.length).toBe(6);
    expect(removal.units['grouped']?.removed.map((i) => i % 6).slice(0, 3)).toEqual(
      removal.units['grouped']?.removed.map((i) => i % 6).slice(3),
    );
    disposeLoaded(model);
  });

  test('a Subtract, which tfjs has none of and Keras has, is known by its name', async () => {
    const input = tf.input({ shape: [4], name: 'input' });
    const difference_ = apply(new Subtract({ name: 'difference' }), apply(dense('a', 5), input), apply(dense('b', 5), input));
    const model = randomise(tf.model({ inputs: input, outputs: apply(dense('output', 2), difference_) }), 8);
    expect(Object.keys((await checkRemoval(model, { sparsity: 0.4 })).units)).toEqual(['a', 'b']);
    disposeLoaded(model);
  });

  test('a rule that says what cannot be is named', async () => {
    class Odd extends Subtract {
      static override readonly className = 'Odd' as 'Subtract';
    }
    defineShapeRule('Odd', { channels: () => ({ outputs: [[null, new Int32Array(7)]] }) });
    expect(() => defineShapeRule('Odd', { channels: () => ({ outputs: [] }) })).toThrow('Odd: has a shape rule already');
    const input = tf.input({ shape: [4], name: 'input' });
    const model = tf.model({
      inputs: input,
      outputs: apply(new Odd({ name: 'odd' }), apply(dense('a', 5), input), apply(dense('b', 5), input)),
    });
    await expect(shrink(model, { sparsity: 0.5 })).rejects.toThrow('"odd" (Odd): its shape rule gave 7 channels for axis 1 of [, 5]');
    model.dispose();
  });
});

import { type Channels, joined } from '../channels.ts';
import type { LayerConfig } from '../network.ts';
import { type Constants, type ConstantsCall, type LayerCall, type ShapeRule, shapeRuleOf, type WeightAxis } from '../shape-rule.ts';
import { inputOf } from './common.ts';
import { CELLS, featureConstants, hiddenUnits, resizeCell, sequenceAxes, silentUnits, stateAxes } from './recurrent.ts';
import { ofPart, type Wrapped } from './wrapped.ts';

const DIRECTIONS = ['forward', 'backward'] as const;

/** Two recurrent layers, one of which reads backwards; their outputs side by side, or merged unit by unit. */
export const bidirectional: ShapeRule = {
  channels(call) {
    const { className, config } = call.config['layer'] as Wrapped;
    const cell = CELLS[className];
    if (cell === undefined) {
      for (const { channels } of call.inputs) for (const each of channels) call.keep(each, `wraps a ${className}, which is not followed`);
      return { outputs: call.outputs.map(({ shape }) => shape.map(() => null)) };
    }
    const states = call.inputs.slice(1);
    const [forward, backward] = DIRECTIONS.map((direction, i) => {
      const given = states.slice((i * states.length) / 2, ((i + 1) * states.length) / 2);
      return hiddenUnits({ ...call, config, inputs: [inputOf(call), ...given] }, cell, direction);
    }) as [ReturnType<typeof hiddenUnits>, ReturnType<typeof hiddenUnits>];
    const rank = inputOf(call).shape.length;
    const sequences = mergedSequences(call, forward.hidden, backward.hidden).map((hidden) => sequenceAxes(config, rank, hidden));
    const left = [forward, backward].flatMap(({ hidden }) => Array.from({ length: cell.states }, () => stateAxes(config, rank, hidden)));
    const weights: Record<string, WeightAxis[]> = {};
    for (const [name, axes] of Object.entries(forward.weights)) weights[`forward/${name}`] = axes;
    for (const [name, axes] of Object.entries(backward.weights)) weights[`backward/${name}`] = axes;
    return { outputs: [...sequences, ...left].slice(0, call.outputs.length), weights };
  },
  resize(config, { weights }) {
    const { className, config: inner } = config['layer'] as Wrapped;
    const cell = CELLS[className];
    return cell === undefined ? config : { ...config, layer: { className, config: resizeCell(inner, cell, weights['forward/kernel']) } };
  },
  constants(call) {
    const { className, config } = call.config['layer'] as Wrapped;
    const cell = CELLS[className];
    if (cell === undefined) return { outputs: call.outputs.map(({ shape }) => shape.map(() => null)) };
    const silent = DIRECTIONS.map((direction) => silentUnits(innerCall(call, config, direction), cell)) as [Constants, Constants];
    const features = featureConstants({ ...call, config });
    const rank = inputOf(call).shape.length;
    const sequences = mergedConstants(call.config['mergeMode'], silent).map((each) => sequenceAxes(config, rank, each));
    const states = silent.flatMap((each) => Array.from({ length: cell.states }, () => stateAxes(config, rank, each)));
    return {
      outputs: [...sequences, ...states].slice(0, call.outputs.length),
      reads: {
        'forward/kernel': features,
        'backward/kernel': features,
        'forward/recurrent_kernel': silent[0],
        'backward/recurrent_kernel': silent[1],
      },
    };
  },
};

/** Both directions have one number of units; where they are merged unit by unit, what goes of one goes of the other. */
function mergedSequences(call: LayerCall, forward: Channels, backward: Channels): Channels[] {
  const { mergeMode } = call.config;
  if (mergeMode !== null && mergeMode !== 'concat') return [call.tie(forward, backward)];
  call.balance([forward, backward]);
  return mergeMode === null ? [forward, backward] : [joined([forward, backward], [])];
}

function mergedConstants(mergeMode: unknown, [forward, backward]: readonly [Constants, Constants]): Constants[] {
  if (mergeMode === null) return [forward, backward];
  if (forward === null || backward === null) return [null];
  if (mergeMode === 'concat') return [Float32Array.from([...forward, ...backward])];
  const isZero =
    mergeMode === 'mul' ? (i: number) => forward[i] === 0 || backward[i] === 0 : (i: number) => forward[i] === 0 && backward[i] === 0;
  return [forward.map((_, i) => (isZero(i) ? 0 : Number.NaN))];
}

function innerCall(call: ConstantsCall, config: LayerConfig, direction: string): ConstantsCall {
  const [input, ...states] = call.inputs;
  const half = states.length / 2;
  const given = direction === 'forward' ? states.slice(0, half) : states.slice(half);
  return { ...ofPart(call, config, direction), inputs: [input as ConstantsCall['inputs'][number], ...given] };
}

/** The layer inside at each step: time is one more axis that passes. */
export const timeDistributed: ShapeRule = {
  channels(call) {
    const { className, config } = call.config['layer'] as Wrapped;
    const rule = shapeRuleOf(className);
    const { channels, shape } = inputOf(call);
    call.keep(channels[1] ?? null, 'steps through them');
    if (rule === undefined) {
      for (const each of channels.slice(2)) call.keep(each, `wraps a ${className}, which has no shape rule`);
      return { outputs: call.outputs.map((output) => output.shape.map(() => null)) };
    }
    const inner = {
      ...call,
      config,
      inputs: [{ shape: withoutTime(shape), channels: withoutTime(channels) }],
      outputs: withoutTimes(call),
    };
    const flow = rule.channels(inner);
    return { ...flow, outputs: flow.outputs.map(withTime) };
  },
  resize(config, { weights, outputs }) {
    const { className, config: inner } = config['layer'] as Wrapped;
    const sizes = { weights, outputs: outputs.map(withoutTime) };
    return { ...config, layer: { className, config: shapeRuleOf(className)?.resize?.(inner, sizes) ?? inner } };
  },
  constants(call) {
    const { className, config } = call.config['layer'] as Wrapped;
    const { constants, shape } = inputOf(call);
    const inner = {
      ...call,
      config,
      inputs: [{ shape: withoutTime(shape), constants: withoutTime(constants) }],
      outputs: withoutTimes(call),
    };
    const flow = shapeRuleOf(className)?.constants?.(inner);
    return flow === undefined
      ? { outputs: call.outputs.map((output) => output.shape.map(() => null)) }
      : { ...flow, outputs: flow.outputs.map(withTime) };
  },
};

function withoutTime<T>(axes: readonly T[]): T[] {
  return axes.filter((_, axis) => axis !== 1);
}

function withTime<T>(axes: readonly T[]): (T | null)[] {
  return [axes[0] as T, null, ...axes.slice(1)];
}

function withoutTimes({ outputs }: Pick<LayerCall, 'outputs'>): { shape: (number | null)[] }[] {
  return outputs.map(({ shape }) => ({ shape: withoutTime(shape) }));
}

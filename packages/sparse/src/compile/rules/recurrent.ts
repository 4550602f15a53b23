import type { LayerConfig } from '@espalier/surgery';
import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { filtersOf } from '../filters.ts';
import { geometryOf } from '../geometry.ts';
import { convLstm } from '../operations/conv-lstm.ts';
import { binary, scale } from '../operations/elementwise.ts';
import { concatenate, permute, reverse, settled, withMask } from '../operations/layout.ts';
import { type Cell, type Recurred, recur, STATES } from '../operations/recur.ts';
import { biasOf, refuse, type SparseCall, type SparseRule, shapeOf, valuesOf } from '../sparse-rule.ts';

/** A cell of a layer, with its configuration and where its weights are among the layer's. */
interface CellOfLayer {
  readonly cell: Cell;
  readonly config: LayerConfig;
  /** `RNNCell_1/` where cells are stacked. */
  readonly prefix: string;
}

export function recurrent(cell: Cell): SparseRule {
  return (call, build) => outputsOf(call, ofOne(call, build, cell));
}

/** A layer of a cell of tfjs, or of some that are stacked. */
export const rnn: SparseRule = (call, build) => outputsOf(call, recurred(call, build, cellsOf(call, call.config['cell'] as Wrapped)));

function outputsOf({ config, inputs }: SparseCall, { output, states }: Recurred): Value[] {
  const first = withMask(output, config['returnSequences'] === true ? inputs[0]?.mask : undefined);
  return config['returnState'] === true ? [first, ...states] : [first];
}

/** An LSTM whose products are convolutions. */
export const convLstm2d: SparseRule = (call, build) => outputsOf(call, convRecurred(call, build));

/** From the one that reads the input to the one that gives the output. */
function cellsOf(call: SparseCall, { className, config }: Wrapped, prefix = ''): CellOfLayer[] {
  if (className === 'StackedRNNCells')
    return (config['cells'] as readonly Wrapped[]).flatMap((each, i) => cellsOf(call, each, `${prefix}RNNCell_${i}/`));
  const cell = className.endsWith('Cell') ? CELLS[className.slice(0, -'Cell'.length)] : undefined;
  return cell === undefined ? refuse(call, `runs a ${className}, which has no sparse kernel`) : [{ cell, config, prefix }];
}

/** Of a layer that is named after its cell. */
function ofOne(call: SparseCall, build: Builder, cell: Cell): Recurred {
  return recurred(call, build, [{ cell, config: call.config, prefix: '' }]);
}

/** Each cell over the whole sequence before the next one, which reads its outputs. */
function recurred(call: SparseCall, build: Builder, cells: readonly CellOfLayer[]): Recurred {
  const { config } = call;
  const [input, ...given] = call.inputs.map((value) => settled(build, value)) as [Value, ...Value[]];
  let mask = maskOf(call, input);
  if (input.shape.length !== 2) refuse(call, 'is over something else than sequences');
  let isBackwards = config['goBackwards'] === true;
  let output = input;
  const states: Value[] = [];
  // States come and go in turned order: those of the last cell first.
  let before = given.length;
  cells.forEach((each, i) => {
    const isLast = i === cells.length - 1;
    const own = given.slice(Math.max(0, before - STATES[each.cell]), before);
    before -= own.length;
    const made = recur(build, {
      ...partsOf(call, each),
      input: output,
      states: own,
      mask,
      isBackwards,
      givesSequence: !isLast || config['returnSequences'] === true,
    });
    output = made.output;
    states.unshift(...made.states);
    // What the first one gives is in the order in which it reads.
    if (isBackwards && !isLast && mask !== undefined) mask = reverse(build, mask, 0);
    isBackwards = false;
  });
  return { output, states };
}

function convRecurred(call: SparseCall, build: Builder): Recurred {
  const { config } = call;
  const [input, ...states] = call.inputs.map((value) => settled(build, value)) as [Value, ...Value[]];
  const { activation, recurrentActivation, dataFormat, padding, strides, dilationRate } = config;
  const isFirst = dataFormat === 'channelsFirst';
  if (input.mask !== undefined) refuse(call, 'is given a mask', 'Leave the mask out: tfjs has none for the steps of a sequence of images');
  if (isFirst && [activation, recurrentActivation].some(isMixing)) refuse(call, 'mixes columns, not channels, by its activation');
  const inOrder = (value: Value, dims: readonly number[]) => (isFirst ? permute(build, value, dims) : value);
  const images = inOrder(input, [0, 2, 3, 1]);
  const filters = filtersOf(valuesOf(call, 'kernel'), shapeOf(call, 'kernel'));
  const { output, states: last } = convLstm(build, {
    input: images,
    filters,
    recurrentFilters: filtersOf(valuesOf(call, 'recurrent_kernel'), shapeOf(call, 'recurrent_kernel')),
    bias: biasOf(call),
    geometry: geometryOf({ padding, strides, dilationRate }, images.shape.slice(1), filters.window),
    states: states.map((value) => inOrder(value, [1, 2, 0])),
    activation: activation ?? 'tanh',
    recurrentActivation: recurrentActivation ?? 'hardSigmoid',
    isBackwards: config['goBackwards'] === true,
    givesSequence: config['returnSequences'] === true,
  });
  const made = output.shape.length === 4 ? inOrder(output, [0, 3, 1, 2]) : inOrder(output, [2, 0, 1]);
  return { output: made, states: last.map((value) => inOrder(value, [2, 0, 1])) };
}

/** Of what is given; tfjs takes, where that has none, the mask of what the states come of. */
function maskOf(call: SparseCall, { mask }: Value): Value | undefined {
  if (mask !== 'lost' && (mask !== undefined || call.inputs.every((each) => each.mask === undefined))) return mask;
  return refuse(
    call,
    'is given a mask that went through a layer which does not keep it',
    'Mask right before it; a layer with a rule of your own passes the mask on where its rule gives operations.withMask(value, input.mask)',
  );
}

function partsOf(call: SparseCall, { cell, config, prefix }: CellOfLayer) {
  for (const name of ['activation', 'recurrentActivation'])
    if (isMixing(config[name])) refuse(call, `has the ${name} ${String(config[name])}`);
  return {
    cell,
    kernel: valuesOf(call, `${prefix}kernel`),
    recurrentKernel: valuesOf(call, `${prefix}recurrent_kernel`),
    bias: biasOf(call, `${prefix}bias`),
    units: config['units'] as number,
    activation: config['activation'] ?? 'tanh',
    recurrentActivation: config['recurrentActivation'] ?? 'hardSigmoid',
  };
}

interface Wrapped {
  readonly className: string;
  readonly config: LayerConfig;
}

const CELLS: Readonly<Record<string, Cell>> = { SimpleRNN: 'simple', LSTM: 'lstm', GRU: 'gru' };

/** Two recurrent layers, one of which reads backwards, joined. */
export const bidirectional: SparseRule = (call, build) => {
  const { className, config } = call.config['layer'] as Wrapped;
  const cell = CELLS[className];
  const isConvolution = className === 'ConvLSTM2D';
  if (cell === undefined && !isConvolution) return refuse(call, `wraps a ${className}, which has no sparse kernel`);
  const of = (half: SparseCall) => (cell === undefined ? convRecurred(half, build) : ofOne(half, build, cell));
  const isSequence = config['returnSequences'] === true;
  const [input, ...states] = call.inputs as [Value, ...Value[]];
  const half = states.length / 2;
  const forward = of(part(call, config, 'forward', [input, ...states.slice(0, half)]));
  const backwards = { ...config, goBackwards: config['goBackwards'] !== true };
  const backward = of(part(call, backwards, 'backward', [input, ...states.slice(half)]));
  const other = isSequence ? reverse(build, backward.output, 0) : backward.output;
  const mask = isSequence ? input.mask : undefined;
  const outputs = joined(build, call.config['mergeMode'], forward.output, other).map((value) => withMask(value, mask));
  const isStateful = config['returnState'] === true || call.config['returnState'] === true;
  return isStateful ? [...outputs, ...forward.states, ...backward.states] : outputs;
};

function part(call: SparseCall, config: LayerConfig, direction: string, inputs: readonly Value[]): SparseCall {
  const own = Object.entries(call.weights).filter(([name]) => name.startsWith(`${direction}/`));
  return { ...call, config, inputs, weights: Object.fromEntries(own.map(([name, weight]) => [name.slice(direction.length + 1), weight])) };
}

function joined(build: Builder, mode: unknown, a: Value, b: Value): Value[] {
  switch (mode) {
    case null:
      return [a, b];
    case 'sum':
      return [binary(build, 'add', a, b)];
    case 'ave':
      return [scale(build, binary(build, 'add', a, b), 0.5)];
    case 'mul':
      return [binary(build, 'multiply', a, b)];
    default:
      return [concatenate(build, [a, b], a.shape.length - 1)];
  }
}

import type { LayerConfig } from '@espalier/surgery';
import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { binary, scale } from '../operations/elementwise.ts';
import { concatenate, reverse, settled, withMask } from '../operations/layout.ts';
import { type Cell, recur, STATES } from '../operations/recur.ts';
import { biasOf, refuse, type SparseCall, type SparseRule, valuesOf } from '../sparse-rule.ts';

/** What a recurrent layer gives: its sequence or last output, and its last states. */
interface Recurred {
  readonly output: Value;
  readonly states: readonly Value[];
}

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

function maskOf(call: SparseCall, { mask }: Value): Value | undefined {
  return mask === 'lost' ? refuse(call, 'is given a mask that went through a layer which does not keep it', 'Mask right before it') : mask;
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
  if (cell === undefined) return refuse(call, `wraps a ${className}, which has no sparse kernel`);
  const isSequence = config['returnSequences'] === true;
  const [input, ...states] = call.inputs as [Value, ...Value[]];
  const half = states.length / 2;
  const forward = ofOne(part(call, config, 'forward', [input, ...states.slice(0, half)]), build, cell);
  const backwards = { ...config, goBackwards: config['goBackwards'] !== true };
  const backward = ofOne(part(call, backwards, 'backward', [input, ...states.slice(half)]), build, cell);
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

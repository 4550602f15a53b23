import type { LayerConfig } from '@espalier/surgery';
import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { binary, scale } from '../operations/elementwise.ts';
import { concatenate, reverse, settled, withMask } from '../operations/layout.ts';
import { type Cell, recur } from '../operations/recur.ts';
import { biasOf, refuse, type SparseCall, type SparseRule, valuesOf } from '../sparse-rule.ts';

/** What a recurrent layer gives: its sequence or last output, and its last states. */
interface Recurred {
  readonly output: Value;
  readonly states: readonly Value[];
}

export function recurrent(cell: Cell): SparseRule {
  return (call, build) => {
    const { output, states } = recurred(call, build, cell);
    const isMasked = call.config['returnSequences'] === true;
    const first = withMask(output, isMasked ? call.inputs[0]?.mask : undefined);
    return call.config['returnState'] === true ? [first, ...states] : [first];
  };
}

function recurred(call: SparseCall, build: Builder, cell: Cell): Recurred {
  const { config } = call;
  const [input, ...states] = call.inputs.map((value) => settled(build, value)) as [Value, ...Value[]];
  const { mask } = input;
  if (mask === 'lost') return refuse(call, 'is given a mask that went through a layer which does not keep it', 'Mask right before it');
  if (input.shape.length !== 2) refuse(call, 'is over something else than sequences');
  for (const name of ['activation', 'recurrentActivation'])
    if (isMixing(config[name])) refuse(call, `has the ${name} ${String(config[name])}`);
  return recur(build, {
    cell,
    input,
    kernel: valuesOf(call, 'kernel'),
    recurrentKernel: valuesOf(call, 'recurrent_kernel'),
    bias: biasOf(call),
    units: config['units'] as number,
    states,
    mask,
    activation: config['activation'] ?? 'tanh',
    recurrentActivation: config['recurrentActivation'] ?? 'hardSigmoid',
    isBackwards: config['goBackwards'] === true,
    givesSequence: config['returnSequences'] === true,
  });
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
  const forward = recurred(part(call, config, 'forward', [input, ...states.slice(0, half)]), build, cell);
  const backwards = { ...config, goBackwards: config['goBackwards'] !== true };
  const backward = recurred(part(call, backwards, 'backward', [input, ...states.slice(half)]), build, cell);
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

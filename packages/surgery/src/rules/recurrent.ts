import { type Channels, tile } from '../channels.ts';
import type { LayerConfig } from '../network.ts';
import { type Constants, type ConstantsCall, type LayerCall, makes, reads, type ShapeRule, type WeightAxis } from '../shape-rule.ts';
import { activationValue, mixesUnits } from './activation-values.ts';
import { inputOf, keepOthers, MIXES, onAxis } from './common.ts';

/** A kind of cell: how many gates its kernels hold side by side, which of them proposes the new state, how many states it has. */
export interface Cell {
  readonly gates: number;
  readonly candidate: number;
  readonly states: number;
}

export const CELLS: Readonly<Record<string, Cell>> = {
  SimpleRNN: { gates: 1, candidate: 0, states: 1 },
  GRU: { gates: 3, candidate: 2, states: 1 },
  LSTM: { gates: 4, candidate: 2, states: 2 },
  ConvLSTM2D: { gates: 4, candidate: 2, states: 2 },
};

/** Hidden units: a column of each gate, in both kernels and the bias, and the row of the recurrent kernel that reads it. */
export function recurrent(type: string): ShapeRule {
  const cell = CELLS[type] as Cell;
  return {
    channels(call) {
      const { hidden, weights } = hiddenUnits(call, cell);
      const rank = inputOf(call).shape.length;
      return { outputs: call.outputs.map((_, i) => (i === 0 ? sequenceAxes : stateAxes)(call.config, rank, hidden)), weights };
    },
    resize: (config, { weights }) => resizeCell(config, cell, weights['kernel']),
    constants(call) {
      const silent = silentUnits(call, cell);
      const rank = inputOf(call).shape.length;
      return {
        outputs: call.outputs.map((_, i) => (i === 0 ? sequenceAxes : stateAxes)(call.config, rank, silent)),
        reads: { kernel: featureConstants(call), recurrent_kernel: silent },
      };
    },
  };
}

/** What a layer of this kind makes, and what its weights have to do with it. A part tells the directions of one apart. */
export function hiddenUnits(call: LayerCall, cell: Cell, part?: string): { hidden: Channels; weights: Record<string, WeightAxis[]> } {
  const input = inputOf(call);
  const rank = input.shape.length;
  const axis = featureAxis(call.config, rank);
  keepOthers(call, input, [axis], 'steps through them');
  let hidden = call.make((call.config['units'] ?? call.config['filters']) as number, part);
  if ([call.config['activation'], call.config['recurrentActivation']].some(mixesUnits)) call.keep(hidden, MIXES);
  // A state that is given has to have the same units.
  for (const state of call.inputs.slice(1)) hidden = call.tie(hidden, state.channels[axis - 1] ?? null);
  const gates = makes(tile(hidden, cell.gates));
  const window: WeightAxis[] = Array.from({ length: rank - 3 }, () => null);
  const weights = {
    kernel: [...window, reads(input.channels[axis] ?? null), gates],
    recurrent_kernel: [...window, reads(hidden), gates],
    bias: [gates],
  };
  return { hidden, weights };
}

export function resizeCell(config: LayerConfig, { gates }: Cell, kernel: readonly number[] | undefined): LayerConfig {
  return { ...config, [config['units'] === undefined ? 'filters' : 'units']: (kernel?.at(-1) ?? 0) / gates };
}

/** The axes of the first output: a sequence, or its last step. */
export function sequenceAxes<T extends Channels | Constants>(config: LayerConfig, rank: number, hidden: T): (T | null)[] {
  return config['returnSequences'] === true ? onAxis(rank, featureAxis(config, rank), hidden) : stateAxes(config, rank, hidden);
}

export function stateAxes<T extends Channels | Constants>(config: LayerConfig, rank: number, hidden: T): (T | null)[] {
  return onAxis(rank - 1, featureAxis(config, rank) - 1, hidden);
}

/** Of [batch, time, ..., features]. */
function featureAxis(config: LayerConfig, rank: number): number {
  return config['dataFormat'] === 'channelsFirst' ? 2 : rank - 1;
}

/** What is constant of the input's features at every step. */
export function featureConstants(call: ConstantsCall): Constants {
  const { constants, shape } = inputOf(call);
  return constants[featureAxis(call.config, shape.length)] ?? null;
}

/**
 * The units that are zero at every step: nothing but zeros comes into the gate that proposes their state, from inputs,
 * from other units, from the bias, or from a first state that is given. 0 for them, NaN for the others.
 */
export function silentUnits(call: ConstantsCall, { gates, candidate }: Cell): Constants {
  const { weights, config, inputs } = call;
  const { kernel, recurrent_kernel: recurrentKernel, bias } = weights;
  if (kernel === undefined || recurrentKernel === undefined || activationValue(config['activation'], 0) !== 0) return null;
  const columns = kernel.shape.at(-1) as number;
  const units = columns / gates;
  const features = kernel.shape.at(-2) as number;
  const given = featureConstants(call);
  const states = inputs.slice(1).map(({ constants }) => constants[featureAxis(config, inputOf(call).shape.length) - 1]);
  const silent = Float32Array.from({ length: units }, (_, unit) => (states.every((state) => state?.[unit] === 0) ? 0 : Number.NaN));
  /** Whether any unit is no longer silent for what these rows tell it. */
  const hear = (values: ArrayLike<number>, isSilent: (row: number) => boolean): boolean => {
    let hasHeard = false;
    for (let i = 0; i < values.length; i++) {
      const column = i % columns;
      const unit = column % units;
      if (values[i] === 0 || Math.floor(column / units) !== candidate || silent[unit] !== 0 || isSilent(Math.floor(i / columns))) continue;
      silent[unit] = Number.NaN;
      hasHeard = true;
    }
    return hasHeard;
  };
  hear(kernel.values, (row) => given?.[row % features] === 0);
  hear(bias?.values ?? [], () => false);
  let isSpreading = true;
  while (isSpreading) isSpreading = hear(recurrentKernel.values, (row) => silent[row % units] === 0);
  return silent;
}

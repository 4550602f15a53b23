import type { Channels } from '../channels.ts';
import type { LayerConfig } from '../network.ts';
import type { Constants, ShapeRule, WeightAxis } from '../shape-rule.ts';
import { inputOf, onAxis } from './common.ts';
import { CELLS, type Cell, featureConstants, hiddenUnits, resizeCell, sequenceAxes, silentUnits } from './recurrent.ts';
import { ofPart, type Wrapped } from './wrapped.ts';

/** A cell of an RNN layer: its kind, its configuration, and where its weights are among the layer's. */
interface CellOfLayer {
  readonly wrapped: Wrapped;
  readonly cell: Cell;
  /** `RNNCell_1` where cells are stacked. */
  readonly part: string | undefined;
}

/** An RNN over a cell of tfjs, or over several that are stacked: each reads the hidden units of the one before. */
export const rnn: ShapeRule = {
  channels(call) {
    const cells = cellsOf(call.config);
    const input = inputOf(call);
    if (cells === undefined || call.inputs.length > 1 || call.outputs.length > 1) {
      for (const { channels } of call.inputs)
        for (const each of channels) call.keep(each, 'runs a cell, or passes states, in a way that is not followed');
      return { outputs: call.outputs.map(({ shape }) => shape.map(() => null)) };
    }
    let channels: Channels = input.channels[2] ?? null;
    const weights: Record<string, WeightAxis[]> = {};
    for (const { wrapped, cell, part } of cells) {
      const made = hiddenUnits(
        { ...call, config: wrapped.config, inputs: [{ shape: input.shape, channels: onAxis(3, 2, channels) }] },
        cell,
        part,
      );
      for (const [name, axes] of Object.entries(made.weights)) weights[part === undefined ? name : `${part}/${name}`] = axes;
      channels = made.hidden;
    }
    return { outputs: [sequenceAxes(call.config, 3, channels)], weights };
  },
  resize(config, { weights }) {
    const cells = cellsOf(config)?.map(({ wrapped, cell, part }) => {
      const kernel = weights[part === undefined ? 'kernel' : `${part}/kernel`];
      return { className: wrapped.className, config: resizeCell(wrapped.config, cell, kernel) };
    });
    if (cells === undefined) return config;
    const { className, config: inner } = config['cell'] as Wrapped;
    const [only] = cells;
    return { ...config, cell: className === 'StackedRNNCells' ? { className, config: { ...inner, cells } } : only };
  },
  constants(call) {
    const cells = cellsOf(call.config);
    if (cells === undefined || call.inputs.length > 1 || call.outputs.length > 1)
      return { outputs: call.outputs.map(({ shape }) => shape.map(() => null)) };
    let constants: Constants = featureConstants(call);
    const reads: Record<string, Constants> = {};
    for (const { wrapped, cell, part } of cells) {
      const inner = part === undefined ? { ...call, config: wrapped.config } : ofPart(call, wrapped.config, part);
      const silent = silentUnits({ ...inner, inputs: [{ shape: inputOf(call).shape, constants: onAxis(3, 2, constants) }] }, cell);
      const prefix = part === undefined ? '' : `${part}/`;
      Object.assign(reads, { [`${prefix}kernel`]: constants, [`${prefix}recurrent_kernel`]: silent });
      constants = silent;
    }
    return { outputs: [sequenceAxes(call.config, 3, constants)], reads };
  },
};

/** Undefined where a cell is somebody's own. */
function cellsOf(config: LayerConfig): CellOfLayer[] | undefined {
  const { className, config: inner } = config['cell'] as Wrapped;
  const stacked = className === 'StackedRNNCells' ? (inner['cells'] as readonly Wrapped[]) : undefined;
  const cells = (stacked ?? [{ className, config: inner }]).flatMap((wrapped, i) => {
    const cell = CELLS[wrapped.className.replace(/Cell$/, '')];
    return cell === undefined || !wrapped.className.endsWith('Cell')
      ? []
      : [{ wrapped, cell, part: stacked === undefined ? undefined : `RNNCell_${i}` }];
  });
  return cells.length === (stacked?.length ?? 1) ? cells : undefined;
}

import type { Section } from '../../plan/plan.ts';
import { aligned, storageStrides } from '../../plan/storage.ts';
import { activationOf } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { choose, nonzerosOf } from '../choose.ts';
import { type Filters, filtersOf } from '../filters.ts';
import { packedMatrix, sparseSections } from '../matrix.ts';
import { copy } from './layout.ts';

export type Cell = 'simple' | 'lstm' | 'gru';

export interface Recurrence {
  readonly cell: Cell;
  /** [time, features] */
  readonly input: Value;
  /** [features, gates · units] and [units, gates · units] */
  readonly kernel: Float32Array;
  readonly recurrentKernel: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly units: number;
  /** First states; zeros where there are none. */
  readonly states: readonly Value[];
  readonly mask: Value | undefined;
  readonly activation: unknown;
  readonly recurrentActivation: unknown;
  readonly isBackwards: boolean;
  readonly givesSequence: boolean;
}

const GATES: Readonly<Record<Cell, number>> = { simple: 1, lstm: 4, gru: 3 };

/** What a recurrent layer gives: its sequence or last output, and its last states. */
export interface Recurred {
  readonly output: Value;
  readonly states: readonly Value[];
}

/** How many states a cell has. */
export const STATES: Readonly<Record<Cell, number>> = { simple: 1, lstm: 2, gru: 1 };

/** Step by step in time: the new state from the input and the state before. */
export function recur(build: Builder, recurrence: Recurrence): Recurred {
  const { cell, input, units, states: first, mask, isBackwards, givesSequence, bias } = recurrence;
  const [time, features] = input.shape as [number, number];
  const gates = GATES[cell];
  const output = build.value(givesSequence ? [time, units] : [units]);
  const states = Array.from({ length: STATES[cell] }, () => build.value([units]));
  const room = aligned(units);
  // The products of a step with the input and with the state before; what a GRU resets and proposes.
  const work = [gates * room, gates * room, room, room].map((size) => build.value([size]));
  // A GRU's proposal is of the state that it has reset: a product of its own.
  const recurrent = cell === 'gru' ? [[0, 1], [2]] : [Array.from({ length: gates }, (_, gate) => gate)];
  const matrices = [
    placed(
      build,
      recurrence.kernel,
      features,
      units,
      gates,
      Array.from({ length: gates }, (_, gate) => gate),
    ),
    ...recurrent.map((of) => placed(build, recurrence.recurrentKernel, units, units, gates, of)),
  ];
  const name = (activation: unknown) => activationOf(activation, build.layer).name;
  build.step({
    operation: 'recur',
    reads: [inTime(build, input), ...(mask === undefined ? [] : [mask]), ...first],
    writes: [output, ...states, ...work],
    weights: [
      ...matrices.flatMap(({ sections }) => sections),
      ...(bias === undefined ? [] : [build.once(bias, `${gates} gates of ${units}`, () => spaced(bias, units, gates))]),
    ],
    options: {
      cell,
      time,
      features,
      units,
      activation: name(recurrence.activation),
      recurrentActivation: name(recurrence.recurrentActivation),
      isMasked: mask !== undefined,
      isBackwards,
      givesSequence,
      sparse: matrices.map(({ isSparse }) => Number(isSparse)),
    },
  });
  return { output, states };
}

/** Step after step, each from a whole vector on. */
function inTime(build: Builder, input: Value): Value {
  const [time, features] = input.shape as [number, number];
  const room = aligned(features);
  const to = build.value([time * room]);
  copy(build, input, to, { sizes: [time, features], from: storageStrides(input.shape), to: [room, 1] });
  return to;
}

interface Matrix {
  readonly isSparse: boolean;
  readonly sections: readonly Section[];
}

/** Some gates of a kernel, each from a whole vector on. */
function placed(build: Builder, kernel: Float32Array, inputs: number, units: number, gates: number, of: readonly number[]): Matrix {
  return build.once(kernel, `gates ${of.join()} of ${gates}, ${inputs} to ${units}`, () => {
    const filters = withRoom(kernel, inputs, units, gates, of);
    const isSparse = choose(build, filters, 1) === 'sparse';
    return {
      isSparse,
      sections: isSparse ? sparseSections(build.packer, filters, nonzerosOf(build, filters)) : [packedMatrix(build.packer, filters)],
    };
  });
}

function withRoom(kernel: Float32Array, inputs: number, units: number, gates: number, of: readonly number[]): Filters {
  const room = aligned(units);
  const values = new Float32Array(inputs * of.length * room);
  for (let i = 0; i < inputs; i++)
    of.forEach((gate, k) => {
      const from = (i * gates + gate) * units;
      values.set(kernel.subarray(from, from + units), (i * of.length + k) * room);
    });
  return { ...filtersOf(values, [inputs, of.length * room]), padding: inputs * of.length * (room - units) };
}

function spaced(bias: Float32Array, units: number, gates: number): Float32Array {
  const room = aligned(units);
  const values = new Float32Array(gates * room);
  for (let gate = 0; gate < gates; gate++) values.set(bias.subarray(gate * units, (gate + 1) * units), gate * room);
  return values;
}

import { placesOf, storageStrides } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';
import { choose } from '../choose.ts';
import type { Filters } from '../filters.ts';
import { type Geometry, geometryOf, windowPlaces } from '../geometry.ts';
import { convolve } from './convolve.ts';
import { activate, binary } from './elementwise.ts';
import { copy, reshape, slice } from './layout.ts';
import type { Recurred } from './recur.ts';

export interface ConvLstm {
  /** [time, height, width, channels] */
  readonly input: Value;
  /** Filters for the gates i, f, c and o, side by side: those of the input, and those of the state before. */
  readonly filters: Filters;
  readonly recurrentFilters: Filters;
  readonly bias: Float32Array | undefined;
  readonly geometry: Geometry;
  /** First states; zeros where there are none. */
  readonly states: readonly Value[];
  readonly activation: unknown;
  readonly recurrentActivation: unknown;
  readonly isBackwards: boolean;
  readonly givesSequence: boolean;
}

/** An LSTM whose products are convolutions, one step in time after the other: c ← f·c + i·g, h ← o·act(c). Shi et al., 2015. */
export function convLstm(build: Builder, lstm: ConvLstm): Recurred {
  const { input, states, isBackwards, givesSequence } = lstm;
  const [time, ...size] = input.shape as [number, number, number, number];
  const channels = lstm.recurrentFilters.inputs;
  const places = windowPlaces(lstm.geometry, size);
  const sequence = givesSequence ? build.value([time, ...places, channels]) : undefined;
  let [hidden, cell] = states;
  if (time === 1 && hidden === undefined) choose(build, lstm.recurrentFilters, placesOf([...places, channels]));
  for (let i = 0; i < time; i++) {
    const t = isBackwards ? time - 1 - i : i;
    const x = reshape(build, slice(build, input, [t], [1, ...size]), size);
    [hidden, cell] = step(build, lstm, x, hidden, cell);
    if (sequence !== undefined) {
      const [put, ...to] = storageStrides(sequence.shape) as [number, ...number[]];
      copy(build, hidden, sequence, { sizes: hidden.shape, from: storageStrides(hidden.shape), to, put: i * put });
    }
  }
  const last = [hidden, cell] as [Value, Value];
  return { output: sequence ?? last[0], states: last };
}

function step(build: Builder, lstm: ConvLstm, x: Value, hidden: Value | undefined, cell: Value | undefined): [Value, Value] {
  const { filters, recurrentFilters, bias, geometry, activation, recurrentActivation } = lstm;
  const given = convolve(build, x, { filters, bias, activation: 'linear', geometry });
  const gates = hidden === undefined ? given : binary(build, 'add', recalled(build, recurrentFilters, hidden), given);
  const [rows, columns] = gates.shape as [number, number];
  const channels = recurrentFilters.inputs;
  const gate = (number: number, name: unknown) =>
    activate(build, slice(build, gates, [0, 0, number * channels], [rows, columns, channels]), name);
  const proposed = binary(build, 'multiply', gate(0, recurrentActivation), gate(2, activation));
  const kept = cell === undefined ? undefined : binary(build, 'multiply', gate(1, recurrentActivation), cell);
  const next = kept === undefined ? proposed : binary(build, 'add', kept, proposed);
  return [binary(build, 'multiply', gate(3, recurrentActivation), activate(build, next, activation)), next];
}

/** What the state before says of the gates; its border is of zeros. */
function recalled(build: Builder, filters: Filters, hidden: Value): Value {
  const geometry = geometryOf({ padding: 'same' }, hidden.shape, filters.window);
  return convolve(build, hidden, { filters, bias: undefined, activation: 'linear', geometry });
}

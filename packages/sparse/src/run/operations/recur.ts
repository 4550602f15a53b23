import { ACTIVATIONS, BINARY } from '../../kernels/activation.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { aligned } from '../../plan/storage.ts';
import type { Binding, Operation, Span } from '../binding.ts';
import { denseMatrix, sparseMatrix } from './convolution.ts';

/** out = f(A · in + bias), from one pointer to another. */
type Product = (output: number, input: number, bias: number, activation: number) => void;

const { linear } = ACTIVATIONS;
const GATES: Readonly<Record<string, number>> = { simple: 1, lstm: 4, gru: 3 };

/** A recurrent layer: its steps in time, one after the other. A step that is masked leaves everything as it was. */
export const recur: Operation = (bind) => {
  const [time, features, units] = [bind.count('time', 1), bind.count('features', 1), bind.count('units', 1)];
  const cell = bind.word('cell');
  const gates = GATES[cell] ?? bind.refuse(`there is no cell ${cell}`);
  const [room, inputRoom] = [aligned(units), aligned(features)];
  const input = bind.read(0, time * inputRoom);
  const mask = bind.flag('isMasked') ? bind.read(1, time) : undefined;
  const isSequence = bind.flag('givesSequence');
  const plane = time === 1 ? 1 : aligned(time + 3);
  const output = bind.write(0, isSequence ? (units - 1) * plane + time : units);
  const count = cell === 'lstm' ? 2 : 1;
  const states = Array.from({ length: count }, (_, i) => bind.write(1 + i, room));
  const work = [gates * room, gates * room, room, room].map((size, i) => bind.write(1 + count + i, size));
  const given = mask === undefined ? 1 : 2;
  bind.expect(bind.reads() === given || bind.reads() === given + count, 'it is not given all its states');
  const first = bind.reads() === given ? undefined : states.map((_, i) => bind.read(given + i, units));
  const { products, bias } = productsOf(bind, cell, features, units, gates);
  const step = stepOf(bind, cell, room, units, products, states, work);
  const isBackwards = bind.flag('isBackwards');
  const { floats } = bind;
  const [state] = states as [Span];
  return () => {
    states.forEach(({ at }, i) => {
      const from = first?.[i]?.at;
      if (from === undefined) floats.fill(0, at, at + room);
      else floats.copyWithin(at, from, from + units);
    });
    for (let i = 0; i < time; i++) {
      const t = isBackwards ? time - 1 - i : i;
      if (mask === undefined || floats[mask.at + t] !== 0) step((input.at + t * inputRoom) * 4, bias);
      if (isSequence) for (let u = 0; u < units; u++) floats[output.at + u * plane + i] = floats[state.at + u] as number;
    }
    if (!isSequence) floats.copyWithin(output.at, state.at, state.at + units);
  };
};

/** The products that a step needs: with the input, and with the state before. */
function productsOf(bind: Binding, cell: string, features: number, units: number, gates: number): { products: Product[]; bias: number } {
  const room = aligned(units);
  const shapes = [
    [features, gates * room],
    ...(cell === 'gru'
      ? [
          [units, 2 * room],
          [units, room],
        ]
      : [[units, gates * room]]),
  ] as [number, number][];
  const isSparse = bind.list('sparse', shapes.length);
  let at = 0;
  const products = shapes.map(([inputs, outputs], i) => {
    const made = isSparse[i] === 1 ? sparseProduct(bind, at, inputs, outputs) : denseProduct(bind, at, inputs, outputs);
    at += isSparse[i] === 1 ? 3 : 1;
    return made;
  });
  return { products, bias: bind.hasWeights(at) ? bind.floatSection(at, gates * room).pointer : 0 };
}

function sparseProduct(bind: Binding, index: number, inputs: number, outputs: number): Product {
  const { starts, indices, values, isWide } = sparseMatrix(bind, index, outputs, inputs);
  const run = isWide ? bind.kernels.sparseDenseWide : bind.kernels.sparseDense;
  return (output, input, bias, activation) => run(output, outputs, input, starts, indices, values, bias, activation, 1);
}

function denseProduct(bind: Binding, index: number, inputs: number, outputs: number): Product {
  const weights = denseMatrix(bind, index, inputs, outputs);
  const { kernels } = bind;
  return (output, input, bias, activation) => kernels.dense(output, outputs, input, inputs, weights, bias, activation, 1);
}

/** One step: the states are changed where they are. */
function stepOf(
  bind: Binding,
  cell: string,
  room: number,
  units: number,
  products: readonly Product[],
  states: readonly Span[],
  work: readonly Span[],
): (input: number, bias: number) => void {
  const [activation, recurrentActivation] = [kindOf(bind, 'activation'), kindOf(bind, 'recurrentActivation')];
  const [ofInput, ofState, ofReset] = products as [Product, Product, Product];
  const [hidden, memory] = states.map(({ at }) => at * 4) as [number, number];
  const [given, gates, reset, proposal] = work.map(({ at }) => at * 4) as [number, number, number, number];
  const { kernels, floats } = bind;
  switch (cell) {
    case 'lstm':
      return (input, bias) => {
        ofInput(given, input, bias, linear);
        ofState(gates, hidden, given, linear);
        kernels.lstmStep(gates, memory, hidden, units, activation, recurrentActivation);
      };
    case 'gru':
      return (input, bias) => {
        ofInput(given, input, bias, linear);
        ofState(gates, hidden, given, recurrentActivation);
        multiply(kernels, reset, gates + room * 4, hidden, units);
        ofReset(proposal, reset, given + 2 * room * 4, activation);
        kernels.gruStep(gates, proposal, hidden, units);
      };
    default:
      return (input, bias) => {
        ofInput(given, input, bias, linear);
        ofState(gates, hidden, given, activation);
        floats.copyWithin(hidden / 4, gates / 4, gates / 4 + units);
      };
  }
}

function multiply(kernels: Kernels, output: number, a: number, b: number, count: number): void {
  kernels.binary(BINARY.multiply, output, 0, a, 0, b, 0, 1, count);
}

function kindOf(bind: Binding, option: string): number {
  const name = bind.word(option);
  return Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name as keyof typeof ACTIVATIONS] : bind.refuse(`there is no activation ${name}`);
}

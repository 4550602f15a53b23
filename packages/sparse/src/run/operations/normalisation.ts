import { ACTIVATIONS, BINARY } from '../../kernels/activation.ts';
import type { Operation } from '../binding.ts';
import { groupsOf } from '../groups.ts';
import { activationOf } from './convolution.ts';

/** f(x · factor + shift), with a factor and a shift for each channel. */
export const affine: Operation = (bind) => {
  const [channels, places, plane] = bind.sizes('sizes', 3) as [number, number, number];
  const source = bind.read(0, (channels - 1) * plane + places);
  const target = bind.write(0, (channels - 1) * plane + places);
  const [factor, shift] = [bind.floatSection(0, channels).pointer, bind.floatSection(1, channels).pointer];
  const [activation, alpha] = activationOf(bind);
  const { kernels } = bind;
  const [to, from, stride] = [target.at * 4, source.at * 4, plane * 4];
  if (places > 1) {
    bind.expect(plane % 4 === 0 && plane >= places, 'its planes overlap');
    return () => kernels.affine(to, stride, from, stride, channels, places, factor, shift, activation, alpha);
  }
  return () => {
    kernels.binary(BINARY.multiply, to, 0, from, 0, factor, 0, 1, channels);
    kernels.binary(BINARY.add, to, 0, to, 0, shift, 0, 1, channels);
    if (activation !== ACTIVATIONS.linear) kernels.activate(activation, to, to, channels, alpha);
  };
};

/** (x − μ) / √(σ² + ε) · γ + β over groups of numbers. */
export const normalise: Operation = (bind) => {
  const source = bind.read(0);
  const target = bind.write(0);
  const { starts, members } = groupsOf(bind, Math.min(source.size, target.size));
  const gamma = bind.floatSection(0, members.length).values;
  const beta = bind.floatSection(1, members.length).values;
  const epsilon = bind.number('epsilon');
  const { floats } = bind;
  return () => {
    for (const start of starts) {
      const [from, to] = [source.at + start, target.at + start];
      let sum = 0;
      for (const member of members) sum += floats[from + member] as number;
      const mean = sum / members.length;
      let squares = 0;
      for (const member of members) squares += ((floats[from + member] as number) - mean) ** 2;
      const factor = 1 / Math.sqrt(squares / members.length + epsilon);
      for (let i = 0; i < members.length; i++) {
        const at = members[i] as number;
        floats[to + at] = ((floats[from + at] as number) - mean) * factor * (gamma[i] as number) + (beta[i] as number);
      }
    }
  };
};

/** x / √(max(Σ x², ε)) over groups of numbers, as for the cosine of a Dot layer. */
export const l2Normalise: Operation = (bind) => {
  const source = bind.read(0);
  const target = bind.write(0);
  const { starts, members } = groupsOf(bind, Math.min(source.size, target.size));
  const { floats } = bind;
  return () => {
    for (const start of starts) {
      const [from, to] = [source.at + start, target.at + start];
      let squares = 0;
      for (const member of members) squares += (floats[from + member] as number) ** 2;
      const factor = 1 / Math.sqrt(Math.max(squares, 1e-7));
      for (const member of members) floats[to + member] = (floats[from + member] as number) * factor;
    }
  };
};

import type { Operation } from '../binding.ts';
import { groupsOf } from '../groups.ts';

/** x · factor + shift, with a factor and a shift for each channel. */
export const affine: Operation = (bind) => {
  const [channels, places, plane] = bind.sizes('sizes', 3) as [number, number, number];
  const source = bind.read(0, (channels - 1) * plane + places);
  const target = bind.write(0, (channels - 1) * plane + places);
  const factor = bind.floatSection(0, channels).values;
  const shift = bind.floatSection(1, channels).values;
  const { floats } = bind;
  return () => {
    for (let c = 0; c < channels; c++) {
      const [times, plus] = [factor[c] as number, shift[c] as number];
      let [from, to] = [source.at + c * plane, target.at + c * plane];
      for (const end = from + places; from < end; from++, to++) floats[to] = (floats[from] as number) * times + plus;
    }
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

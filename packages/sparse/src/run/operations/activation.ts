import type { Operation } from '../binding.ts';
import { activationOf } from './convolution.ts';

/** An activation of each number by itself. */
export const activation: Operation = (bind) => {
  const count = bind.count('count', 1);
  const [source, target] = [bind.read(0, count), bind.write(0, count)];
  const [kind, alpha] = activationOf(bind);
  const { kernels } = bind;
  return () => kernels.activate(kind, target.at * 4, source.at * 4, count, alpha);
};

/** x · factor + shift */
export const scale: Operation = (bind) => {
  const count = bind.count('count', 1);
  const [source, target] = [bind.read(0, count), bind.write(0, count)];
  const [factor, shift] = [bind.number('factor'), bind.number('shift')];
  const { floats } = bind;
  return () => {
    for (let i = 0; i < count; i++) floats[target.at + i] = (floats[source.at + i] as number) * factor + shift;
  };
};

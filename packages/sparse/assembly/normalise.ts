import { activate } from './activation';
import { add, div, lanes, madd, max, mul, splat, sub } from './lane';
import { exp, log } from './maths';
import { Lane } from './variant';

/** Over `count` rows, column by column. */
export function softmax(
  output: usize, outputStride: usize, input: usize, inputStride: usize, count: usize, columns: usize, logarithm: i32,
): void {
  for (let x: usize = 0; x < columns << 2; x += lanes<Lane>() << 2) {
    let top = splat<Lane>(-Infinity);
    for (let i: usize = 0, p = input + x; i < count; i++, p += inputStride) top = max<Lane>(top, load<Lane>(p));
    let sum = splat<Lane>(0);
    for (let i: usize = 0, p = input + x, q = output + x; i < count; i++, p += inputStride, q += outputStride) {
      const shifted = sub<Lane>(load<Lane>(p), top);
      const e = exp<Lane>(shifted);
      sum = add<Lane>(sum, e);
      store<Lane>(q, logarithm ? shifted : e);
    }
    if (logarithm) sum = log<Lane>(sum);
    for (let i: usize = 0, q = output + x; i < count; i++, q += outputStride)
      store<Lane>(q, logarithm ? sub<Lane>(load<Lane>(q), sum) : div<Lane>(load<Lane>(q), sum));
  }
}

/** Over vectors that stand one after the other. */
export function softmaxRow(output: usize, input: usize, count: usize, logarithm: i32): void {
  let top: f32 = -Infinity;
  let sum: f32 = 0;
  const end = count << 2;
  for (let x: usize = 0; x < end; x += 4) top = max<f32>(top, load<f32>(input + x));
  const shift = splat<Lane>(top);
  for (let x: usize = 0; x < end; x += lanes<Lane>() << 2) {
    const shifted = sub<Lane>(load<Lane>(input + x), shift);
    store<Lane>(output + x, logarithm ? shifted : exp<Lane>(shifted));
  }
  for (let x: usize = 0; x < end; x += 4) sum += logarithm ? exp<f32>(load<f32>(output + x)) : load<f32>(output + x);
  const divisor = splat<Lane>(logarithm ? log<f32>(sum) : 1 / sum);
  for (let x: usize = 0; x < end; x += lanes<Lane>() << 2)
    store<Lane>(output + x, logarithm ? sub<Lane>(load<Lane>(output + x), divisor) : mul<Lane>(load<Lane>(output + x), divisor));
}

/** c ← f·c + i·g and h ← o·act(c), of the gates i, f, g, o before their activations. */
export function lstmStep(gates: usize, cell: usize, hidden: usize, units: usize, kind: i32, recurrentKind: i32): void {
  const bytes = units << 2;
  const rounded = ((units + 3) & ~3) << 2;
  activate(recurrentKind, gates, gates, units, 1);
  activate(recurrentKind, gates + rounded, gates + rounded, units, 1);
  activate(kind, gates + 2 * rounded, gates + 2 * rounded, units, 1);
  activate(recurrentKind, gates + 3 * rounded, gates + 3 * rounded, units, 1);
  for (let x: usize = 0; x < bytes; x += lanes<Lane>() << 2) {
    const kept = mul<Lane>(load<Lane>(gates + rounded + x), load<Lane>(cell + x));
    store<Lane>(cell + x, madd<Lane>(load<Lane>(gates + x), load<Lane>(gates + 2 * rounded + x), kept));
  }
  activate(kind, hidden, cell, units, 1);
  for (let x: usize = 0; x < bytes; x += lanes<Lane>() << 2)
    store<Lane>(hidden + x, mul<Lane>(load<Lane>(hidden + x), load<Lane>(gates + 3 * rounded + x)));
}

/** h ← z·h + (1 - z)·g. */
export function gruStep(update: usize, candidate: usize, hidden: usize, units: usize): void {
  for (let x: usize = 0; x < units << 2; x += lanes<Lane>() << 2) {
    const g = load<Lane>(candidate + x);
    store<Lane>(hidden + x, madd<Lane>(load<Lane>(update + x), sub<Lane>(load<Lane>(hidden + x), g), g));
  }
}

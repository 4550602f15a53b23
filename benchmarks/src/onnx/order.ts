import type { Weight } from './call.ts';
import type { OnnxGraph } from './graph.ts';

/** An image of tfjs, N × H × W × C, as ONNX has it: N × C × H × W. What is no image stays. */
export function channelsFirst(graph: OnnxGraph, tensor: string, shape: readonly number[]): string {
  return shape.length === 4 ? graph.add('Transpose', [tensor], { perm: [0, 3, 1, 2] }) : tensor;
}

/** And back. */
export function channelsLast(graph: OnnxGraph, tensor: string, shape: readonly number[]): string {
  return shape.length === 4 ? graph.add('Transpose', [tensor], { perm: [0, 2, 3, 1] }) : tensor;
}

/** The shape that a tensor of tfjs has in the graph. */
export function shapeInGraph(shape: readonly number[]): readonly number[] {
  const [samples, rows, columns, channels] = shape as [number, number, number, number];
  return shape.length === 4 ? [samples, channels, rows, columns] : shape;
}

/** A weight with its axes in another order: the first axis of what comes out is axis `order[0]` of what goes in. */
export function permuted({ shape, values }: Weight, order: readonly number[]): Weight {
  const to = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const moved = values.map((_, place) => {
    let [rest, from] = [place, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += (rest % (to[axis] as number)) * (steps[axis] as number);
      rest = Math.floor(rest / (to[axis] as number));
    }
    return values[from] as number;
  });
  return { shape: to, values: moved };
}

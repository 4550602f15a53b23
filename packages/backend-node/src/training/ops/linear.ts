import { FLOAT, type Graph, INT, type Value } from '../graph.ts';

/** x · w, for x [batch, in] and w [in, out]. */
export function matMul(graph: Graph, x: Value, w: Value): Value {
  const y = graph.fast('MatMul', [x, w], [-1, w.shape[1] as number]);
  return graph.differentiable([x, w], y, (dy, [wantsX, wantsW]) => [
    wantsX ? graph.fast('MatMul', [dy, w], x.shape, { transpose_b: { bool: true } }) : undefined,
    wantsW ? graph.fast('MatMul', [x, dy], w.shape, { transpose_a: { bool: true } }) : undefined,
  ]);
}

/** A bias on the last dimension. */
export function biasAdd(graph: Graph, x: Value, bias: Value): Value {
  const y = graph.float('BiasAdd', [x, bias], x.shape);
  return graph.differentiable([x, bias], y, (dy, [, wantsBias]) => [
    dy,
    wantsBias ? graph.float('BiasAddGrad', [dy], bias.shape) : undefined,
  ]);
}

/** The same elements in another shape; -1 is the batch. */
export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (x.shape.join() === shape.join()) return x;
  const to = (value: Value, wanted: readonly number[]) => graph.float('Reshape', [value, graph.ints(wanted)], wanted, { Tshape: INT });
  return graph.differentiable([x], to(x, shape), (dy) => [to(dy, x.shape)]);
}

export function add(graph: Graph, values: readonly Value[]): Value {
  const y = graph.float('AddN', values, (values[0] as Value).shape, { N: { int: values.length } });
  return graph.differentiable(values, y, (dy) => values.map(() => dy));
}

/** Along one dimension; the gradient is cut into the same pieces. */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const sizes = values.map(({ shape }) => shape[axis] as number);
  const shape = (values[0] as Value).shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const y = graph.float('ConcatV2', [...values, intScalar(graph, axis)], shape, { N: { int: values.length }, Tidx: INT });
  return graph.differentiable(values, y, (dy) => {
    const split = graph.emit('SplitV', [dy, graph.ints(sizes), intScalar(graph, axis)], {
      T: FLOAT,
      Tlen: INT,
      num_split: { int: values.length },
    });
    return values.map(({ shape: own, type }, i) => ({ ref: i === 0 ? split : `${split}:${i}`, shape: own, type }));
  });
}

/** Zeros around; `widths` is [before, after] per dimension. */
export function pad(graph: Graph, x: Value, widths: readonly (readonly [number, number])[]): Value {
  const shape = x.shape.map((size, i) => (size < 0 ? size : size + (widths[i]?.[0] ?? 0) + (widths[i]?.[1] ?? 0)));
  const paddings = graph.constant(Int32Array.from(widths.flat()), [widths.length, 2]);
  const y = graph.float('Pad', [x, paddings], shape, { Tpaddings: INT });
  return graph.differentiable([x], y, (dy) => {
    const begin = graph.ints(widths.map(([before]) => before));
    return [graph.float('Slice', [dy, begin, graph.ints(x.shape)], x.shape, { Index: INT })];
  });
}

export function intScalar(graph: Graph, value: number): Value {
  return graph.constant(Int32Array.of(value), []);
}

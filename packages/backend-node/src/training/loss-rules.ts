import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  type Loss,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
} from '@espalier/core';
import { FLOAT, type Graph, INT, type Value } from './graph.ts';
import { isExactly, noRuleFor } from './no-native-rule.ts';
import { reshape } from './ops/linear.ts';

/** A loss as nodes: the mean over the batch, and its gradient with respect to the output (or logits). */
export type LossRule = (graph: Graph, output: Value, target: Value) => { readonly loss: Value; readonly gradient: Value };

/**
 * The rule of a loss.
 *
 * @throws NoNativeRule where it has none.
 */
export function lossRule(loss: Loss): LossRule {
  if (isExactly(loss, SparseCategoricalCrossentropy)) return sparseCrossentropy;
  if (isExactly(loss, CategoricalCrossentropy)) return crossentropy;
  if (isExactly(loss, BinaryCrossentropy)) return binaryCrossentropy;
  if (isExactly(loss, MeanSquaredError)) return squaredError;
  if (isExactly(loss, MeanAbsoluteError)) return absoluteError;
  throw noRuleFor(loss, [SparseCategoricalCrossentropy, CategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError]);
}

/** Whether the target is read as whole numbers. */
export function takesLabels(loss: Loss): boolean {
  return isExactly(loss, SparseCategoricalCrossentropy);
}

const sparseCrossentropy: LossRule = (graph, output, target) => {
  const logits = reshape(graph, output, [-1, output.shape.at(-1) as number]);
  const labels = graph.emit('Reshape', [target, graph.ints([-1])], { T: INT, Tshape: INT });
  const node = graph.emit('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], { T: FLOAT, Tlabels: INT });
  return perSample(graph, node, logits, output);
};

const crossentropy: LossRule = (graph, output, target) => {
  const classes = output.shape.at(-1) as number;
  const logits = reshape(graph, output, [-1, classes]);
  const node = graph.emit('SoftmaxCrossEntropyWithLogits', [logits, reshape(graph, target, [-1, classes])], { T: FLOAT });
  return perSample(graph, node, logits, output);
};

function perSample(graph: Graph, node: string, logits: Value, output: Value) {
  const losses: Value = { ref: node, shape: [-1], type: output.type };
  const gradient = over(graph, { ref: `${node}:1`, shape: logits.shape, type: output.type }, losses);
  return { loss: mean(graph, losses), gradient: reshape(graph, gradient, output.shape) };
}

const binaryCrossentropy: LossRule = (graph, output, given) => {
  const target = reshape(graph, given, output.shape);
  const wrong = graph.float(
    'Sub',
    [graph.float('Softplus', [output], output.shape), graph.float('Mul', [target, output], output.shape)],
    output.shape,
  );
  const slope = graph.float('Sub', [graph.float('Sigmoid', [output], output.shape), target], output.shape);
  return { loss: mean(graph, wrong), gradient: over(graph, slope, output) };
};

const squaredError: LossRule = (graph, output, given) => {
  const gap = graph.float('Sub', [output, reshape(graph, given, output.shape)], output.shape);
  const twice = graph.float('Mul', [gap, graph.scalar(2)], output.shape);
  return { loss: mean(graph, graph.float('Square', [gap], output.shape)), gradient: over(graph, twice, output) };
};

const absoluteError: LossRule = (graph, output, given) => {
  const gap = graph.float('Sub', [output, reshape(graph, given, output.shape)], output.shape);
  return {
    loss: mean(graph, graph.float('Abs', [gap], output.shape)),
    gradient: over(graph, graph.float('Sign', [gap], output.shape), output),
  };
};

function mean(graph: Graph, x: Value): Value {
  return graph.float('Mean', [x, graph.ints(x.shape.map((_, i) => i))], [], { Tidx: INT, keep_dims: { bool: false } });
}

/** x divided by how many elements `counted` has. */
function over(graph: Graph, x: Value, counted: Value): Value {
  const size = graph.emit('Size', [counted], { T: FLOAT, out_type: INT });
  const count = graph.emit('Cast', [size], { SrcT: INT, DstT: FLOAT });
  return graph.float('RealDiv', [x, count], x.shape);
}

import { FLOAT, type Graph, type Value, type Variable } from '../graph.ts';

export interface BatchNormOptions {
  readonly scale: Value;
  readonly offset: Value;
  readonly movingMean: Variable;
  readonly movingVariance: Variable;
  readonly epsilon: number;
  readonly momentum: number;
}

/**
 * Batch norm in training over the last dimension of [batch, h, w, channels]; the moving statistics are updated with
 * the step. tfjs lets the moving variance follow the biased variance of the batch, and so does this.
 *
 * @returns the output, and the nodes of the updates.
 */
export function batchNorm(graph: Graph, x: Value, options: BatchNormOptions): { output: Value; updates: string[] } {
  const { scale, offset, movingMean, movingVariance, epsilon, momentum } = options;
  const shared = { T: FLOAT, U: FLOAT, epsilon: { float: epsilon }, data_format: { string: 'NHWC' }, is_training: { bool: true } };
  const none = graph.constant(new Float32Array(0), [0]);
  const node = graph.emit('FusedBatchNormV3', [x, scale, offset, none, none], { ...shared, exponential_avg_factor: { float: 1 } });
  const output = { ref: node, shape: x.shape, type: x.type };
  const updates = [
    follow(graph, movingMean, `${node}:1`, momentum),
    // On the CPU the second reserve is the biased variance; output 2 has Bessel's correction in it.
    follow(graph, movingVariance, `${node}:4`, momentum),
  ];
  graph.differentiable([x, scale, offset], output, (dy) => {
    const back = graph.emit('FusedBatchNormGradV3', [dy, x, scale, `${node}:3`, `${node}:4`, `${node}:5`], shared);
    return [
      { ref: back, shape: x.shape, type: x.type },
      { ref: `${back}:1`, shape: scale.shape, type: x.type },
      { ref: `${back}:2`, shape: offset.shape, type: x.type },
    ];
  });
  return { output, updates };
}

/** moving − (moving − value) · (1 − momentum) */
function follow(graph: Graph, moving: Variable, value: string, momentum: number): string {
  const gap = graph.float('Sub', [moving.read, value], moving.shape);
  const step = graph.float('Mul', [gap, graph.scalar(1 - momentum)], moving.shape);
  return graph.emit('AssignSubVariableOp', [moving.handle, step], { dtype: FLOAT });
}

import type { Graph, Value } from '../graph.ts';

type Rule = (graph: Graph, x: Value) => Value;

/** Activations whose gradient kernel takes (gradient, output). */
function fromOutput(op: string, gradient: string, order: 'dy,y' | 'y,dy'): Rule {
  return (graph, x) => {
    const y = graph.float(op, [x], x.shape);
    return graph.differentiable([x], y, (dy) => [graph.float(gradient, order === 'dy,y' ? [dy, y] : [y, dy], x.shape)]);
  };
}

/** Those whose gradient kernel takes (gradient, input). */
function fromInput(op: string, gradient: string): Rule {
  return (graph, x) => {
    const y = graph.float(op, [x], x.shape);
    return graph.differentiable([x], y, (dy) => [graph.float(gradient, [dy, x], x.shape)]);
  };
}

/** By the class name of a layer's activation. */
export const ACTIVATIONS: Readonly<Record<string, Rule>> = {
  linear: (_graph, x) => x,
  relu: fromOutput('Relu', 'ReluGrad', 'dy,y'),
  relu6: fromOutput('Relu6', 'Relu6Grad', 'dy,y'),
  elu: fromOutput('Elu', 'EluGrad', 'dy,y'),
  selu: fromOutput('Selu', 'SeluGrad', 'dy,y'),
  sigmoid: fromOutput('Sigmoid', 'SigmoidGrad', 'y,dy'),
  tanh: fromOutput('Tanh', 'TanhGrad', 'y,dy'),
  softplus: fromInput('Softplus', 'SoftplusGrad'),
  softsign: fromInput('Softsign', 'SoftsignGrad'),
};

import { Adam, Momentum, type Optimizer, Rmsprop, Sgd } from '@espalier/core';
import { FLOAT, type Graph, type Value, type Variable } from './graph.ts';
import type { Attribute } from './messages.ts';
import { isExactly, noRuleFor } from './no-native-rule.ts';

/** What one fused update takes. `rate` is a scalar that is fed at each step (see `effectiveRate`). */
export interface Update {
  readonly weight: Variable;
  readonly slots: readonly Variable[];
  readonly gradient: Value;
  readonly rate: Value;
  /** Control inputs: what must have run before. */
  readonly after: readonly string[];
}

/** How an optimiser becomes TensorFlow's fused update kernels. */
export interface OptimizerRule {
  /** Emits the update; its node's name. */
  update(graph: Graph, update: Update): string;
  /** The rate that is fed for update number n: Adam's bias corrections go into it. */
  effectiveRate(learningRate: number, number: number): number;
}

/**
 * The rule of an optimiser.
 *
 * @throws NoNativeRule where it has none.
 */
export function optimizerRule(optimizer: Optimizer): OptimizerRule {
  if (isExactly(optimizer, Adam)) return adam(optimizer);
  if (isExactly(optimizer, Momentum)) return momentum(optimizer);
  if (isExactly(optimizer, Rmsprop)) return rmsprop(optimizer);
  if (isExactly(optimizer, Sgd)) return { update: sgdUpdate, effectiveRate: (rate) => rate };
  throw noRuleFor(optimizer, [Adam, Momentum, Rmsprop, Sgd]);
}

function apply(
  graph: Graph,
  op: string,
  inputs: readonly (Value | string)[],
  after: readonly string[],
  attributes: Record<string, Attribute> = {},
): string {
  return graph.emit(op, [...inputs, ...after], { T: FLOAT, use_locking: { bool: false }, ...attributes });
}

function sgdUpdate(graph: Graph, { weight, gradient, rate, after }: Update): string {
  return apply(graph, 'ResourceApplyGradientDescent', [weight.handle, rate, gradient], after);
}

function momentum({ options }: Momentum): OptimizerRule {
  return {
    update: (graph, { weight, slots: [accumulated], gradient, rate, after }) =>
      apply(
        graph,
        'ResourceApplyMomentum',
        [weight.handle, (accumulated as Variable).handle, rate, gradient, graph.scalar(options.momentum)],
        after,
        {
          use_nesterov: { bool: options.nesterov },
        },
      ),
    effectiveRate: (rate) => rate,
  };
}

/** TensorFlow's kernel corrects the bias by powers of β that it is given; given as 0, it applies the rate as it is. */
function adam({ options: { beta1, beta2, epsilon } }: Adam): OptimizerRule {
  return {
    update: (graph, { weight, slots: [m, v], gradient, rate, after }) => {
      const none = graph.scalar(0);
      const hyper = [none, none, rate, graph.scalar(beta1), graph.scalar(beta2), graph.scalar(epsilon)];
      return apply(graph, 'ResourceApplyAdam', [weight.handle, (m as Variable).handle, (v as Variable).handle, ...hyper, gradient], after, {
        use_nesterov: { bool: false },
      });
    },
    effectiveRate: (rate, number) => (rate * Math.sqrt(1 - beta2 ** number)) / (1 - beta1 ** number),
  };
}

function rmsprop({ options: { decay, momentum: mu, epsilon } }: Rmsprop): OptimizerRule {
  return {
    update: (graph, { weight, slots: [squares, accumulated], gradient, rate, after }) => {
      const hyper = [rate, graph.scalar(decay), graph.scalar(mu), graph.scalar(epsilon)];
      const handles = [weight.handle, (squares as Variable).handle, (accumulated as Variable).handle];
      return apply(graph, 'ResourceApplyRMSProp', [...handles, ...hyper, gradient], after);
    },
    effectiveRate: (rate) => rate,
  };
}

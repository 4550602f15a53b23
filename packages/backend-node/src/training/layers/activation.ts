import type { Value } from '../graph.ts';
import { activate, activationOf } from './common.ts';
import { type LayerRule, settingsOf } from './rule.ts';

/** An Activation layer, left to the loss where it ends the model and the loss takes logits. */
export const activation: LayerRule = {
  build: (layer, { graph, inputs: [x], leaveActivation }) =>
    leaveActivation ? (x as Value) : activate(graph, activationOf(settingsOf(layer)), x as Value),
};

/** A ReLU layer, with or without its cap of 6. */
export const relu: LayerRule = {
  refuses: (layer) => {
    const { maxValue } = settingsOf(layer);
    return maxValue === undefined || maxValue === null || maxValue === 6 ? undefined : `its cap is ${maxValue}`;
  },
  build: (layer, { graph, inputs: [x] }) => activate(graph, settingsOf(layer).maxValue === 6 ? 'relu6' : 'relu', x as Value),
};

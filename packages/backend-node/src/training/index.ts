import { definePlugin } from '@espalier/core';
import { AutoTrainer } from './auto-trainer.ts';
import { GraphTrainer } from './graph-trainer.ts';

export { NoNativeRule } from './no-native-rule.ts';
export { AutoTrainer, GraphTrainer };

export default definePlugin({
  name: '@espalier/backend-node',
  trainers: {
    auto: { use: AutoTrainer, description: 'Natively where every layer has a native rule, else through the tape.' },
    native: { use: GraphTrainer, description: 'One TensorFlow graph, run by one call per step.' },
  },
});

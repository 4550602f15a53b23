import { testPlugin, testStrategy } from '@espalier/testkit';
import plugin from './index.ts';

testPlugin(plugin, { granularity: 'unit' });
testStrategy(plugin, { neuron: { scorer: 'taylor-unit', rounds: 2 } }, { granularity: 'unit' });
testStrategy(plugin, { slimming: { lambda: 0.01, rounds: 2 } }, { granularity: 'unit' });

import { testPlugin, testScorer, testStrategy } from '@espalier/testkit';
import plugin from './index.ts';

testPlugin(plugin);
testScorer(plugin, { magnitude: { norm: 'l2' } });
testStrategy(plugin, { magnitude: { scorer: 'lamp', rounds: 3 } });

import { testScorer, testStrategy } from '@espalier/testkit';
import plugin from './index.ts';

for (const name of Object.keys(plugin.scorers ?? {})) testScorer(plugin, name);
testScorer(plugin, { taylor: { squared: true } });
testScorer(plugin, { wanda: { compare: 'layer' } });

testStrategy(plugin, { gradient: { scorer: 'gradient', rounds: 2 } });
testStrategy(plugin, 'at-init');
testStrategy(plugin, { 'at-init': { scorer: 'synflow', rounds: 5 } });
testStrategy(plugin, { movement: { cuts: 2 } });

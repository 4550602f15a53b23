import { testDataset, testScheduler, testScorer } from '../../index.ts';
import { suite } from '../../suite.ts';
import plugin from '../broken-parts.ts';

testScorer(plugin, 'Leaking');
testScheduler(plugin, 'Falling', { except: { rises: 'it swings' } });
testScheduler(plugin, 'Falling', { except: { range: 'it swings' } });

// Longer than the author's vitest grants a test.
testDataset(plugin, 'NeverLoading', { timeLimit: 1, except: { same: 'it is slow' } });

const mistaken = () => {
  throw new TypeError('a mistake of the test itself');
};
suite({ words: 'a suite', config: 'x', timeLimit: 5 }, { odd: { says: 'is odd', holds: mistaken } }, () => null, { odd: 'it is even' });

import { testScheduler, testScorer } from '../../index.ts';
import plugin from '../broken-parts.ts';

testScorer(plugin, 'Leaking');
testScheduler(plugin, 'Falling', { except: { rises: 'it swings' } });
testScheduler(plugin, 'Falling', { except: { range: 'it swings' } });

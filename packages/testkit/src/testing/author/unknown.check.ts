import { testScorer } from '../../index.ts';
import plugin from '../broken-parts.ts';

testScorer(plugin, 'entropy');

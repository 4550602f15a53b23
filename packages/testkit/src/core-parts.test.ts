/** The parts that core itself brings keep the promises of their interfaces. */
import { corePlugin } from '@espalier/core';
import { testGranularity, testThreshold } from './index.ts';

testThreshold(corePlugin, 'layer');
testThreshold(corePlugin, 'global');
testThreshold(corePlugin, 'erk');
testThreshold(corePlugin, { fixed: { value: 0.4 } });
testThreshold(corePlugin, { std: { quality: 0.5 } });
testThreshold(corePlugin, { budget: { parameters: 0.5 } });
testThreshold(corePlugin, { budget: { macs: 0.3 } });

testGranularity(corePlugin, 'element');
testGranularity(corePlugin, 'unit');
testGranularity(corePlugin, { block: { rows: 2, columns: 3 } });
testGranularity(corePlugin, 'kernel');
testGranularity(corePlugin, 'nm');

import gradientPlugin from '@espalier/strategy-gradient';
import magnitudePlugin from '@espalier/strategy-magnitude';
import { testScheduler, testStrategy } from '@espalier/testkit';
import plugin from './index.ts';

for (const name of Object.keys(plugin.schedulers ?? {})) testScheduler(plugin, name);

const others = { with: [magnitudePlugin, gradientPlugin] };
testStrategy(plugin, { gradual: { every: 2, finetune: 0.25 } }, others);
testStrategy(plugin, { iterative: { rounds: 3 } }, others);
testStrategy(plugin, { lottery: { rounds: 2, trainFirst: true } }, others);
testStrategy(plugin, { rigl: { every: 2 } }, others);
testStrategy(plugin, 'set', others);

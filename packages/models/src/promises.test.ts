import { testModel } from '@espalier/testkit';
import plugin from './index.ts';

const colours = {
  tasks: { 'four classes of small pictures': { inputShapes: [[16, 16, 3]], task: 'classification', outputs: 4 } as const },
};

testModel(plugin, { mlp: { hidden: [6, 5] } });
testModel(plugin, 'lenet-300-100');
testModel(plugin, 'lenet-5');
testModel(plugin, 'vgg', colours);
testModel(plugin, 'resnet', colours);

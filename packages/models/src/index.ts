import { definePlugin } from '@espalier/core';
import { fileOptions, ModelFile } from './file.ts';
import { layerOptions } from './layers.ts';
import { Lenet5 } from './lenet-5.ts';
import { Lenet300100 } from './lenet-300-100.ts';
import { Mlp, mlpOptions } from './mlp.ts';
import { moduleOptions, OwnModule } from './module.ts';
import { Resnet, resnetOptions } from './resnet.ts';
import { Vgg, vggOptions } from './vgg.ts';

export { checkModel } from './check-model.ts';
export { fileHandler } from './files/file-handler.ts';
export { loadModel } from './files/load-model.ts';
export { type ModelFiles, type ReadModelOptions, readModelFiles } from './files/read-model.ts';
export { saveModel } from './files/save-model.ts';
export { Lenet5, Lenet300100, Mlp, ModelFile, OwnModule, Resnet, Vgg };

export default definePlugin({
  name: '@espalier/models',
  models: {
    mlp: { use: Mlp, options: mlpOptions, description: 'Dense layers one after another.' },
    'lenet-300-100': { use: Lenet300100, options: layerOptions, description: 'Two hidden layers of 300 and 100 units.' },
    'lenet-5': { use: Lenet5, options: layerOptions, description: 'Two convolutions and a hidden layer of 500, as in Caffe.' },
    vgg: { use: Vgg, options: vggOptions, description: 'A small VGG: blocks of 3×3 convolutions, each followed by pooling.' },
    resnet: { use: Resnet, options: resnetOptions, description: 'A small ResNet as for CIFAR.' },
    file: { use: ModelFile, options: fileOptions, description: 'A model.json of tfjs on disk, with its weights.' },
    module: { use: OwnModule, options: moduleOptions, description: 'A model from a module of your own, JavaScript or TypeScript.' },
  },
});

/** What a plugin can be made for, and the question that such a part answers. */
export const KINDS = {
  scorer: 'How important is each weight?',
  scheduler: 'How much is pruned at each step?',
  threshold: 'Where is the line in each layer?',
  strategy: 'When is what cut, and trained in between?',
  dataset: 'What does it train and test with?',
  model: 'Which net is built for the data?',
} as const;

export type Kind = keyof typeof KINDS;

/** A config that loads the plugin could not tell its part from these. */
export const BUILT_IN: Readonly<Record<Kind, readonly string[]>> = {
  scorer: [
    ...['apoz', 'fisher', 'fpgm', 'gradient', 'grasp', 'lamp', 'magnitude', 'mean-activation', 'movement', 'norm', 'random', 'slimming'],
    ...['snip', 'synflow', 'taylor', 'taylor-unit', 'wanda'],
  ],
  scheduler: ['constant', 'cosine', 'exponential', 'linear', 'polynomial', 'step'],
  threshold: ['budget', 'erk', 'fixed', 'global', 'layer', 'std', 'uniform'],
  strategy: [...['at-init', 'gradient', 'gradual', 'iterative', 'lottery', 'magnitude', 'movement', 'neuron', 'rigl', 'set', 'slimming']],
  dataset: ['csv', 'images', 'mnist', 'module', 'none', 'npy', 'npz'],
  model: ['file', 'lenet-300-100', 'lenet-5', 'mlp', 'module', 'resnet', 'vgg'],
};

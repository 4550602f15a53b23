/** The nets that training is measured on. */
export interface Net {
  readonly label: string;
  /** What a worker or peer is told of it. */
  readonly work: {
    readonly net: 'mlp' | 'lenet-300-100' | 'lenet-5' | 'vgg' | 'resnet';
    /** Of the model, where they are not its own defaults. */
    readonly options?: Readonly<Record<string, unknown>>;
    readonly samples: number;
    readonly batch: number;
    readonly sparsity: number;
  };
}

const SPARSITY = 0.9;

export const MLP: Net = { label: '784-128-64-10', work: { net: 'mlp', samples: 60_000, batch: 128, sparsity: SPARSITY } };
export const LENET: Net = { label: 'LeNet-5', work: { net: 'lenet-5', samples: 6400, batch: 128, sparsity: SPARSITY } };
export const RESNET: Net = { label: 'small ResNet', work: { net: 'resnet', samples: 640, batch: 64, sparsity: SPARSITY } };

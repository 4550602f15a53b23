import { definePlugin, inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';

const acmeOptions = z.object({
  power: z.number().positive().default(1).describe('Above 1 it starts slower, below 1 faster.'),
});

/** target · sin(π/2 · progress)^power: up along a quarter of a sine, flat at the end. */
@injectable()
export class AcmeScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>) {}

  sparsityAt({ progress }: Step, target: number): number {
    return target * Math.sin((Math.PI / 2) * progress) ** this.options.power;
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  schedulers: { acme: { use: AcmeScheduler, options: acmeOptions, description: 'Up along a quarter of a sine.' } },
});

import { EspalierError, type LiveRun, type Mask, type RehearsedEvent, type RunEvent } from '@espalier/core';
import type { ExampleNet } from './nets.ts';
import { failure, type Tried, within } from './suite.ts';
import type { Asked, Outcome } from './test-bed.ts';

/** How a strategy fared on a net. Where it was refused, nothing was run. */
export interface Fared {
  readonly net: string;
  readonly refused?: EspalierError;
  /** What was thrown, in the rehearsal or in the run. */
  readonly error?: unknown;
  readonly plan: readonly RehearsedEvent[];
  readonly outcome?: Outcome;
  /** Which parameter kept, and when, what had been pruned, though nothing was regrown. */
  readonly revived?: string;
}

/** A strategy, and how it fares on each net; it runs once on each for all promises. */
export class StrategySubject {
  readonly tried: Tried;
  readonly asked: Omit<Asked, 'net' | 'strategy'> & { readonly sparsity: number };
  private readonly nets: Readonly<Record<string, () => ExampleNet>>;
  private known: Promise<readonly Fared[]> | undefined;

  constructor(one: Tried, nets: Readonly<Record<string, () => ExampleNet>>, asked: StrategySubject['asked']) {
    this.tried = one;
    this.nets = nets;
    this.asked = asked;
  }

  /** Every net, also those on which it is refused. */
  all(): Promise<readonly Fared[]> {
    this.known ??= this.tryAll();
    return this.known;
  }

  /** The nets on which it came to its end. */
  async done(): Promise<readonly (Fared & { readonly outcome: Outcome })[]> {
    const done = (await this.all()).flatMap((one) => (one.outcome === undefined ? [] : [{ ...one, outcome: one.outcome }]));
    if (done.length > 0) return done;
    throw new EspalierError({ where: this.tried.words, what: 'has come to its end on none of the nets', why: 'see the promise "ends"' });
  }

  /**
   * Runs it on a net, called off where that is asked.
   *
   * @throws EspalierError naming the strategy, whatever it throws.
   */
  async prune(net: string, more: Partial<Asked> = {}): Promise<Outcome | null> {
    const asked: Asked = { ...this.asked, strategy: this.tried.config, net: this.nets[net] as () => ExampleNet, ...more };
    try {
      return await within(this.tried, 'prune', () => this.tried.bed.prune(asked));
    } catch (error) {
      throw failure(this.where({ net }), error);
    }
  }

  fresh(net: string): ExampleNet {
    return (this.nets[net] as () => ExampleNet)();
  }

  where({ net }: Pick<Fared, 'net'>): string {
    return `${this.tried.words} on the net "${net}"`;
  }

  private async tryAll(): Promise<Fared[]> {
    const all: Fared[] = [];
    for (const net of Object.keys(this.nets)) all.push(await this.tryOn(net));
    return all;
  }

  private async tryOn(net: string): Promise<Fared> {
    const { tried, asked } = this;
    let plan: readonly RehearsedEvent[] = [];
    try {
      const whole: Asked = { ...asked, strategy: tried.config, net: this.nets[net] as () => ExampleNet };
      plan = await within(tried, 'a rehearsal', () => tried.bed.rehearse(whole));
    } catch (error) {
      return error instanceof EspalierError && error.name === 'EspalierError' ? { net, plan, refused: error } : { net, plan, error };
    }
    const masks = new WatchedMasks();
    try {
      const outcome = await this.prune(net, { onEvent: (event, run) => masks.look(event, run) });
      return { net, plan, outcome: outcome ?? undefined, revived: masks.revived };
    } catch (error) {
      return { net, plan, error, revived: masks.revived };
    }
  }
}

/** Whether masks keep less and less, but for what is regrown. */
class WatchedMasks {
  revived: string | undefined;
  private before = new Map<string, Mask>();

  look(event: RunEvent, { masks }: LiveRun): void {
    const isMoved = event.type === 'regrow' || event.type === 'shuffle';
    for (const parameter of masks.all) {
      const now = masks.get(parameter);
      const before = this.before.get(parameter.name);
      if (!isMoved && before !== undefined && before !== now && !now.isWithin(before)) {
        this.revived ??= `${parameter.name} keeps weights that had been pruned, seen at ${event.type === 'step' ? `step ${event.done}` : `a ${event.type}`}`;
      }
      this.before.set(parameter.name, now);
    }
  }
}

import type { PrunableParameter } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { type ExampleNet, NETS } from './nets.ts';
import { type Circumstances, FRESH, type Look, lookAt, NOTHING, type Scored, scoreOnce, watched } from './scorer-look.ts';
import { broken, type Tried } from './suite.ts';

export interface Seen extends Look {
  readonly from: Circumstances;
  readonly scored: Scored;
}

/** A scorer and what is seen of it on each net; each net is scored once for all promises. */
export class ScorerSubject {
  readonly tried: Tried;
  private readonly nets: Readonly<Record<string, () => ExampleNet>>;
  private looks: Promise<readonly Seen[]> | undefined;

  constructor(one: Tried, nets: Readonly<Record<string, () => ExampleNet>> = NETS) {
    this.tried = one;
    this.nets = nets;
  }

  /** Every net, also those of which it refuses all. */
  seen(): Promise<readonly Seen[]> {
    this.looks ??= this.lookAtAll();
    return this.looks;
  }

  /** The nets that it has scored. */
  async scored(): Promise<readonly Seen[]> {
    const good = (await this.seen()).filter(({ scored, parameters }) => parameters.length > 0 && scored.given.length > 0);
    if (good.length > 0) return good;
    return broken({ where: this.tried.words, what: 'has scored none of the nets', why: 'see the promise "answers"' });
  }

  private async lookAtAll(): Promise<Seen[]> {
    const looks: Seen[] = [];
    for (const [net, make] of Object.entries(this.nets)) looks.push(await this.lookAt(net, make()));
    return looks;
  }

  /** @param change what is done to the net before it is scored. */
  async lookAt(net: string, example: ExampleNet, change: (model: tf.LayersModel) => void = () => {}): Promise<Seen> {
    change(example.model);
    const look = lookAt(this.tried, net, example);
    // A run does not ask for the scores of nothing.
    if (look.parameters.length === 0) return { ...look, from: FRESH, scored: NOTHING };
    const from = await watched(look);
    return { ...look, from, scored: await scoreOnce(this.tried, look, from) };
  }

  /** Disposes the nets that it has looked at. */
  async dispose(): Promise<void> {
    for (const { stage } of await (this.looks ?? [])) stage.model.dispose();
  }

  /** Makes the net of a name anew. */
  fresh(net: string): ExampleNet {
    return (this.nets[net] as () => ExampleNet)();
  }

  where({ net }: Pick<Look, 'net'>, parameter?: Pick<PrunableParameter, 'name'>): string {
    const of = parameter === undefined ? 'on' : `on ${parameter.name} of`;
    return `${this.tried.words} ${of} the net "${net}"`;
  }
}

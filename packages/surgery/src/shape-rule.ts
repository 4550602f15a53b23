import { EspalierError } from '@espalier/core';
import type { Channels } from './channels.ts';
import type { LayerConfig, WeightValues } from './network.ts';

/**
 * What the surgery knows of a type of layer: how channels go through it, how its configuration follows its size, and
 * what becomes of inputs that are constant.
 */
export interface ShapeRule {
  /** How channels go through one call. A shared layer is asked at each call; what its weights are told twice is tied. */
  channels(call: LayerCall): ChannelFlow;
  /** The configuration for other sizes: `filters`, `units`. Where it is not said, it stays as it is. */
  resize?(config: LayerConfig, sizes: LayerSizes): LayerConfig;
  /** What is constant in the outputs; where it is not said, everything varies. */
  constants?(call: ConstantsCall): ConstantsFlow;
}

type Shape = readonly (number | null)[];

export interface CallTensor {
  /** With the batch; null where it is open. */
  readonly shape: Shape;
  /** One entry per axis. */
  readonly channels: readonly Channels[];
}

/** One call of a layer, for `ShapeRule.channels`. */
export interface LayerCall {
  /** For reasons: `"conv_1" (Conv2D)`. */
  readonly where: string;
  readonly config: LayerConfig;
  readonly inputs: readonly CallTensor[];
  readonly outputs: readonly { readonly shape: Shape }[];
  /** Shapes by the weight's own name: `kernel`. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** The layer's own units: new ones at its first call, the same ones after that. A part tells several sets apart. */
  make(count: number, part?: string): Channels;
  /** Ties channels position by position: they go together or not at all. */
  tie(one: Channels, other: Channels): Channels;
  /** Each may lose what it likes, but all as many: the two directions of a Bidirectional have one number of units. */
  balance(sets: readonly Channels[]): void;
  /** Keeps all these channels; the reason is shown after the layer's name: `mixes its channels`. */
  keep(channels: Channels, why: string): void;
}

export interface ChannelFlow {
  /** Per output, per axis. */
  readonly outputs: readonly (readonly Channels[])[];
  /** By the weight's own name, per axis; weights that are left out stay as they are. */
  readonly weights?: Readonly<Record<string, readonly WeightAxis[]>>;
  /** Inputs that are multiplied with one another and summed up: over units that both have. */
  readonly products?: Channels;
}

/** What an axis of a weight has to do with units: it sums over them, makes them, or has a number for each. */
export type WeightAxis = { readonly role: 'reads' | 'makes' | 'scales'; readonly channels: Int32Array } | null;

export const reads = (channels: Channels): WeightAxis => (channels === null ? null : { role: 'reads', channels });
export const makes = (channels: Channels): WeightAxis => (channels === null ? null : { role: 'makes', channels });
export const scales = (channels: Channels): WeightAxis => (channels === null ? null : { role: 'scales', channels });

/** What a layer's weights and outputs measure once units are gone. */
export interface LayerSizes {
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** Of the layer's first call. */
  readonly outputs: readonly Shape[];
}

/** Per position of an axis the number that everything there always is; NaN where it varies. Null: it varies everywhere. */
export type Constants = Float32Array | null;

/** One call of a layer, for `ShapeRule.constants`. */
export interface ConstantsCall {
  readonly config: LayerConfig;
  readonly inputs: readonly { readonly shape: Shape; readonly constants: readonly Constants[] }[];
  readonly outputs: readonly { readonly shape: Shape }[];
  /** By the weight's own name. */
  readonly weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: WeightValues }>>;
}

export interface ConstantsFlow {
  /** Per output, per axis. */
  readonly outputs: readonly (readonly Constants[])[];
  /** By weight: what is constant of that which its `reads` axis sums over. */
  readonly reads?: Readonly<Record<string, Constants>>;
  /** Where inputs are multiplied and summed up: 0 where one of them is always zero, NaN elsewhere. */
  readonly products?: Constants;
}

const rules = new Map<string, ShapeRule>();

/**
 * Says how channels go through layers of a type, for this and all later surgery.
 *
 * @param type the class name, as in `getClassName`.
 * @throws EspalierError where the type has another rule already.
 */
export function defineShapeRule(type: string, rule: ShapeRule): ShapeRule {
  const known = rules.get(type);
  if (known !== undefined && known !== rule) {
    throw new EspalierError({ where: type, what: 'has a shape rule already', remedy: 'Give your layer a className of its own' });
  }
  rules.set(type, rule);
  return rule;
}

export function shapeRuleOf(type: string): ShapeRule | undefined {
  return rules.get(type);
}

import type * as tf from '@tensorflow/tfjs';
import wildcard from 'wildcard-match';
import { EspalierError } from './errors.ts';
import type { Granularity } from './granularity.ts';
import { type ModelParameter, modelParameters, type PrunableParameter } from './parameter.ts';

/** Says which parameters it speaks of (by name, by layer type, or both) and what holds for them. Later rules win. */
export interface ParameterRule {
  /** A parameter's or a layer's name; `*` within a path segment, `**` across them: `dense*`, `encoder/**`. */
  readonly match?: string;
  /** A layer class: `Conv2D`. */
  readonly type?: string;
  /** Leave these alone. `false` takes them back in. */
  readonly exclude?: boolean;
  /** A target of their own, from 0 up to, not including, 1. */
  readonly sparsity?: number;
}

/** What pruning takes and what it leaves, each with the reason. */
export interface ParameterSelection {
  readonly taken: readonly PrunableParameter[];
  readonly left: readonly LeftParameter[];
}

export interface LeftParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly why: string;
  /** Whether it is the granularity that cannot cut it. */
  readonly isRefused: boolean;
}

/** A rule that speaks of nothing: `index` is its place in the list of rules. */
export class UnmatchedRule extends EspalierError {
  readonly index: number;
  /** The names that the rule could have meant. */
  readonly names: readonly string[];

  constructor(index: number, rule: ParameterRule, names: readonly string[], why: string) {
    super({
      where: `parameters[${index}]`,
      what: `${ruleText(rule)} matches no prunable parameter`,
      why,
      remedy: `There are: ${names.join(', ')}`,
    });
    this.index = index;
    this.names = names;
  }
}

/**
 * Chooses the parameters of a model that pruning takes: by default every kernel, embedding and recurrent kernel.
 *
 * @param granularity whose refusals are left out, each with its reason.
 * @throws UnmatchedRule for a rule that speaks of no prunable parameter.
 */
export function selectParameters(
  model: tf.LayersModel,
  rules: readonly ParameterRule[] = [],
  granularity?: Granularity,
): ParameterSelection {
  const all = modelParameters(model);
  const prunable = all.filter((parameter) => parameter.keptBecause === undefined);
  const decisions = new Map(prunable.map((parameter) => [parameter, { exclude: '', sparsity: undefined as number | undefined }]));

  rules.forEach((rule, index) => {
    const speaksOf = matcher(rule);
    const hits = prunable.filter(speaksOf);
    if (hits.length === 0) throw unmatched(index, rule, all.filter(speaksOf), prunable);
    for (const hit of hits) {
      const decision = decisions.get(hit);
      if (decision === undefined) continue;
      if (rule.exclude !== undefined) decision.exclude = rule.exclude ? `excluded by parameters[${index}] (${ruleText(rule)})` : '';
      if (rule.sparsity !== undefined) decision.sparsity = rule.sparsity;
    }
  });

  const taken: PrunableParameter[] = [];
  const left: LeftParameter[] = [];
  for (const parameter of all) {
    const { name, layer, shape, size, calls, variable } = parameter;
    const decision = decisions.get(parameter);
    const own = { name, layer, shape, size, calls, variable, sparsity: decision?.sparsity };
    const kept = parameter.keptBecause || decision?.exclude;
    const why = kept || granularity?.refuses?.(own, model);
    if (why) left.push({ name, shape, why, isRefused: !kept });
    else taken.push(own);
  }
  return { taken, left };
}

function matcher(rule: ParameterRule): (parameter: ModelParameter) => boolean {
  const isNamed = rule.match === undefined ? () => true : wildcard(rule.match);
  return ({ name, layer }) =>
    (rule.type === undefined || layer.getClassName() === rule.type) &&
    (isNamed(name) || isNamed(name.slice(0, name.lastIndexOf('/'))) || isNamed(layer.name));
}

function unmatched(
  index: number,
  rule: ParameterRule,
  unprunable: readonly ModelParameter[],
  prunable: readonly ModelParameter[],
): UnmatchedRule {
  const [first] = unprunable;
  const why = first === undefined ? 'no parameter or layer has that name' : `${first.name} cannot be pruned, ${first.keptBecause}`;
  const names = rule.match === undefined ? new Set(prunable.map((p) => p.layer.getClassName())) : prunable.map((p) => p.name);
  return new UnmatchedRule(index, rule, [...names], why);
}

function ruleText({ match, type }: ParameterRule): string {
  const parts = [match === undefined ? '' : `"${match}"`, type === undefined ? '' : `type ${type}`];
  return parts.filter(Boolean).join(' of ') || 'a rule without match or type';
}

import type { LayerConfig } from '../network.ts';
import type { ConstantsCall } from '../shape-rule.ts';

/** A layer inside of a layer, as its configuration has it. */
export interface Wrapped {
  readonly className: string;
  readonly config: LayerConfig;
}

/** The call of a layer inside, with those weights that are named after it: `forward/kernel`. */
export function ofPart(call: ConstantsCall, config: LayerConfig, part: string): ConstantsCall {
  const own = Object.entries(call.weights).filter(([name]) => name.startsWith(`${part}/`));
  return { ...call, config, weights: Object.fromEntries(own.map(([name, weight]) => [name.slice(part.length + 1), weight])) };
}

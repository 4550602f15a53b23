/** What an instance was made from. */
interface MadePart {
  readonly kind: string;
  readonly name: string;
  readonly plugin: string;
}

const made = new WeakMap<object, MadePart>();

/** Remembers what a container made an instance from, so that messages can name it as a config does. */
export function rememberPart(instance: object, part: MadePart): void {
  made.set(instance, part);
}

/** `magnitude`: the name that a config knows it by, or that of its class where no container made it. */
export function partName(instance: object): string {
  return made.get(instance)?.name ?? instance.constructor.name;
}

/** `scorer "magnitude" of @espalier/strategy-magnitude`, for messages. */
export function partInWords(instance: object): string {
  const part = made.get(instance);
  return part === undefined ? instance.constructor.name : `${part.kind} "${part.name}" of ${part.plugin}`;
}

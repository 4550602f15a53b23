import { EspalierError } from '@espalier/core/errors';
import type { Plan } from '../plan/plan.ts';
import { usedSize } from '../plan/storage.ts';

/** More than any model has; so that no file makes its reader work for long. */
export const PLAN_LIMITS = { buffers: 8_000, steps: 50_000, axes: 16, numbers: 2 ** 28 };

type Fields = Readonly<Record<string, unknown>>;

/** A plan from a file: that its parts are there, and name only what is there. What a step says is its operation's to check. */
export function checkPlan(value: unknown, sections: number): Plan {
  const plan = fields(value, 'the plan');
  const buffers = list(plan, 'buffers', PLAN_LIMITS.buffers);
  for (const size of buffers) if (!isCount(size, PLAN_LIMITS.numbers) || size === 0) refuse(`an activation of ${String(size)} numbers`);
  const isBuffer = (each: unknown) => isCount(each, buffers.length - 1);
  for (const step of list(plan, 'steps', PLAN_LIMITS.steps)) {
    const { operation, layer, reads, writes, weights, options } = fields(step, 'a step');
    if (typeof operation !== 'string' || typeof layer !== 'string') refuse('a step without a name');
    if (![reads, writes].every((each) => Array.isArray(each) && each.every(isBuffer))) refuse('a step of activations that are not there');
    if (!Array.isArray(weights) || !weights.every((each) => isCount(each, sections - 1))) refuse('a step of weights that are not there');
    fields(options, 'options');
  }
  for (const port of [...list(plan, 'inputs', PLAN_LIMITS.buffers), ...list(plan, 'outputs', PLAN_LIMITS.buffers)]) {
    const { name, shape, buffer } = fields(port, 'an input or output');
    if (typeof name !== 'string' || !isBuffer(buffer)) refuse('an input or output that is not there');
    if (!Array.isArray(shape) || shape.length > PLAN_LIMITS.axes || !shape.every((size) => isCount(size, PLAN_LIMITS.numbers)))
      refuse('a shape of no sizes');
    if (usedSize(shape as number[]) > (buffers[buffer as number] as number)) refuse('a shape that its activation does not hold');
  }
  if (typeof plan['name'] !== 'string') refuse('no name');
  for (const layer of list(plan, 'layers', PLAN_LIMITS.steps)) checkLayer(fields(layer, 'a layer'));
  return value as Plan;
}

function checkLayer(layer: Fields): void {
  if (!['layer', 'type', 'kernel'].every((name) => typeof layer[name] === 'string')) refuse('a layer without a name, type or kernel');
  if (!['weights', 'zeros', 'gain'].every((name) => typeof layer[name] === 'number')) refuse('a layer without its numbers');
}

function fields(value: unknown, what: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : refuse(`${what} that is none`);
}

function list(of: Fields, name: string, most: number): readonly unknown[] {
  const value = of[name];
  return Array.isArray(value) && value.length <= most ? value : refuse(`no list of ${name}, or a far too long one`);
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function refuse(what: string): never {
  throw new EspalierError({
    what: 'this is no file of a sparse model that can be read',
    why: `its plan has ${what}`,
    remedy: 'Fetch or save it anew: it was cut or altered on the way',
  });
}

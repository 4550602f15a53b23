import { Random, z } from '@espalier/core';

const range = (number: z.ZodNumber | z.ZodInt, what: string) =>
  z
    .object({ min: number, max: number })
    .strict()
    .refine(({ min, max }) => min < max, 'expected min under max')
    .describe(what);

const DISTRIBUTIONS = {
  uniform: range(z.number(), 'Any number of the range is as likely as any other.'),
  logUniform: range(z.number().gt(0), 'Any order of magnitude is as likely as any other.'),
  int: range(z.int(), 'A whole number from min to max, both included.'),
  choice: z.array(z.unknown()).min(1).describe('One of these.'),
} as const;
type Name = keyof typeof DISTRIBUTIONS;

/** How values are drawn: one of the distributions by name, with its range. */
export const distributionSchema = z
  .object(
    Object.fromEntries(Object.entries(DISTRIBUTIONS).map(([name, schema]) => [name, (schema as z.ZodType).optional()])) as {
      [N in Name]: z.ZodOptional<(typeof DISTRIBUTIONS)[N]>;
    },
  )
  .strict()
  .refine(
    (given) => Object.keys(given).length === 1,
    'expected one of uniform, logUniform, int, choice: { logUniform: { min: 0.0001, max: 0.01 } }',
  );

type Distribution = z.infer<typeof distributionSchema>;

/** The values of one path, draw by draw: they depend on the seed and the path alone, whatever else is drawn. */
export function drawValues(path: string, distribution: Distribution, { count, seed }: { count: number; seed: number }): unknown[] {
  const random = Random.of(seed, 'sweep', path);
  return Array.from({ length: count }, () => draw(distribution, random));
}

function draw({ uniform, logUniform, int, choice }: Distribution, random: Random): unknown {
  if (choice !== undefined) return choice[random.int(choice.length)];
  if (int !== undefined) return int.min + random.int(int.max - int.min + 1);
  if (logUniform !== undefined) {
    const [low, high] = [Math.log(logUniform.min), Math.log(logUniform.max)];
    return short(Math.exp(low + random.next() * (high - low)));
  }
  const { min, max } = uniform as { min: number; max: number };
  return short(min + random.next() * (max - min));
}

/** Four digits tell as much as sixteen, and can be read in the name of a run. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

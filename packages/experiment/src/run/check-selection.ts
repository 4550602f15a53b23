import { EspalierError, type Granularity, type ParameterSelection, partInWords } from '@espalier/core';

/** @throws EspalierError with the granularity's reasons, where all that the config leaves to prune is what it cannot cut. */
export function checkSelection({ taken, left }: ParameterSelection, granularity: Granularity): void {
  const refused = left.filter(({ isRefused }) => isRefused);
  if (taken.length > 0 || refused.length === 0) return;
  const reasons = [...new Set(refused.map(({ why }) => why))].map((why) => {
    const [first, ...others] = refused.filter((each) => each.why === why).map(({ name }) => name);
    return `${first}${others.length === 0 ? '' : ` and ${others.length} more`}: ${why}`;
  });
  throw new EspalierError({
    where: partInWords(granularity),
    what: 'can cut none of the parameters that there are to prune',
    why: reasons.join('; '),
    remedy: 'Choose another granularity: "element" cuts any',
  });
}

/**
 * Probabilities of a family of tests, raised so that the family as a whole keeps its error.
 * Holm, 1979, "A Simple Sequentially Rejective Multiple Test Procedure": p(i) · (m − i + 1), never falling.
 *
 * @param family how many tests there are, where only some of them are given: the others then count as the smaller ones
 *   do, which errs on the safe side.
 */
export function holm(probabilities: readonly number[], family = probabilities.length): number[] {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[a] as number) - (probabilities[b] as number));
  const adjusted = new Array<number>(probabilities.length);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (probabilities[index] as number) * (family - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}

import { eachPiece, type Line, type ParameterScores } from '../threshold.ts';

/**
 * The line under which such a share of the scores lies that lie under `below`: for a threshold that decides alone how much
 * goes, on the way there. All the way, where the share is NaN or 1, it is `below` itself.
 */
export async function partOfTheWay(scores: ParameterScores, below: number, share: number): Promise<Line> {
  if (Number.isNaN(share) || share >= 1) return { below };
  let under = 0;
  for await (const piece of eachPiece(scores)) for (let i = 0; i < piece.length; i++) under += Number((piece[i] as number) < below);
  return { count: Math.round(under * share) };
}

/** A point in the plane: what it costs, and what it is worth. */
export interface Point {
  readonly cost: number;
  readonly worth: number;
}

/** The points that no other one beats: none costs as little and is worth more, or is worth as much and costs less. By cost. */
export function paretoFront<P extends Point>(points: readonly P[]): P[] {
  const front: P[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.worth - a.worth)) {
    const last = front.at(-1);
    const isTwin = last !== undefined && last.cost === point.cost && last.worth === point.worth;
    if (point.worth <= best && !isTwin) continue;
    front.push(point);
    best = point.worth;
  }
  return front;
}

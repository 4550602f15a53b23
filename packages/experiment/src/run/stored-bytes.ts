/**
 * What gzip makes of float32 with zeros at random places: the rest is as good as random (3.8 of 4 bytes), and to say
 * where it lies costs twice the entropy of that. Fitted on 784-128-64-10, LeNet-300-100 and LeNet-5 on MNIST, pruned by
 * both thresholds to 50, 80, 90, 95 and 98 %: within 10 % of what was stored.
 */
export function storedBytes(size: number, nonzero: number): number {
  if (size === 0) return 0;
  const density = nonzero / size;
  const bits = density <= 0 || density >= 1 ? 0 : -(density * Math.log2(density) + (1 - density) * Math.log2(1 - density));
  return Math.round((2 * size * bits) / 8 + 3.8 * nonzero);
}

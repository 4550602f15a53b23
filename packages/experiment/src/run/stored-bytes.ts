/**
 * What gzip makes of float32 with zeros at random places: the rest is as good as random, and to say where it lies costs
 * some of the entropy of that.
 */
export function storedBytes(size: number, nonzero: number): number {
  const density = nonzero / size;
  const bits = density <= 0 || density >= 1 ? 0 : -(density * Math.log2(density) + (1 - density) * Math.log2(1 - density));
  return Math.round((1.3 * size * bits) / 8 + 3.8 * nonzero);
}

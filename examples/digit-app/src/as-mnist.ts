/** Sides of an image of MNIST, and of the digit in it. */
const SIDE = 28;
const DIGIT = 20;

/**
 * A drawing as MNIST has its digits: scaled into 20×20, its centre of mass in the middle of 28×28, 0 to 1. Undefined
 * where nothing is drawn.
 *
 * @param values brightness of size × size points, row by row, 0 to 255.
 */
export function asMnist(values: ArrayLike<number>, size: number): Float32Array | undefined {
  const [left, right, top, bottom] = [size, -1, size, -1];
  const box = { left, right, top, bottom };
  for (let i = 0; i < size * size; i++) {
    if ((values[i] ?? 0) < 32) continue;
    const [x, y] = [i % size, Math.floor(i / size)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  if (box.right < 0) return undefined;

  const scale = Math.max(box.right - box.left + 1, box.bottom - box.top + 1) / DIGIT;
  const [width, height] = [(box.right - box.left + 1) / scale, (box.bottom - box.top + 1) / scale].map((side) =>
    Math.max(1, Math.round(side)),
  );
  const digit = (x: number, y: number) => meanOf(values, size, box.left + x * scale, box.top + y * scale, scale);
  let [mass, atX, atY] = [0, 0, 0];
  const small = Array.from({ length: (height as number) * (width as number) }, (_, i) => {
    const [x, y] = [i % (width as number), Math.floor(i / (width as number))];
    const value = digit(x, y);
    mass += value;
    atX += value * x;
    atY += value * y;
    return { x, y, value };
  });
  const [shiftX, shiftY] = [Math.round(SIDE / 2 - 0.5 - atX / mass), Math.round(SIDE / 2 - 0.5 - atY / mass)];
  const image = new Float32Array(SIDE * SIDE);
  for (const { x, y, value } of small) {
    const [toX, toY] = [x + shiftX, y + shiftY];
    if (toX >= 0 && toX < SIDE && toY >= 0 && toY < SIDE) image[toY * SIDE + toX] = value / 255;
  }
  return image;
}

/** Of the points in a square. */
function meanOf(values: ArrayLike<number>, size: number, left: number, top: number, side: number): number {
  let [sum, count] = [0, 0];
  for (let y = Math.floor(top); y < Math.max(Math.floor(top) + 1, Math.floor(top + side)) && y < size; y++) {
    for (let x = Math.floor(left); x < Math.max(Math.floor(left) + 1, Math.floor(left + side)) && x < size; x++) {
      sum += values[y * size + x] ?? 0;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

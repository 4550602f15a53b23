/** A point of the pad, each coordinate 0 to 1. */
export type Point = readonly [x: number, y: number];

const circle = (x: number, y: number, width: number, height: number, from = 0, to = 2): Point[] =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = Math.PI * (from + ((to - from) * i) / 24 - 0.5);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });

/** How each digit is written: for who cannot or does not want to draw. */
export const DIGITS: readonly (readonly (readonly Point[])[])[] = [
  [circle(0.5, 0.5, 0.18, 0.28)],
  [
    [
      [0.5, 0.2],
      [0.5, 0.8],
    ],
  ],
  [[...circle(0.5, 0.36, 0.17, 0.16, -0.4, 0.7), [0.34, 0.78], [0.7, 0.78]]],
  [[...circle(0.48, 0.35, 0.16, 0.14, -0.4, 1)], [...circle(0.48, 0.64, 0.19, 0.15, 0, 1.4)]],
  [
    [
      [0.42, 0.2],
      [0.32, 0.52],
      [0.68, 0.52],
    ],
    [
      [0.62, 0.26],
      [0.6, 0.82],
    ],
  ],
  [[[0.66, 0.22], [0.4, 0.22], [0.38, 0.46], ...circle(0.48, 0.62, 0.19, 0.17, 0, 1.3)]],
  [[[0.58, 0.2], [0.42, 0.42], [0.36, 0.64], ...circle(0.5, 0.66, 0.15, 0.14, -0.5, 1.5)]],
  [
    [
      [0.3, 0.24],
      [0.7, 0.24],
      [0.46, 0.8],
    ],
  ],
  [circle(0.5, 0.34, 0.14, 0.14), circle(0.5, 0.65, 0.17, 0.17)],
  [[...circle(0.5, 0.36, 0.15, 0.15, 0.5, 2.5), [0.64, 0.5], [0.58, 0.82]]],
];

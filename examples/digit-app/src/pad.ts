import type { Point } from './strokes.ts';

/** Where one draws, with whatever points: mouse, pen or finger. `onChange` is called after each stretch. */
export class Pad {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private last: Point | undefined;
  isEmpty = true;

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    this.clear();
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = this.pointOf(event);
      this.line(this.last, this.last);
      onChange();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (this.last === undefined) return;
      // All that the pointer did since the last frame: a quick stroke stays round.
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length > 0 ? events : [event]) {
        const point = this.pointOf(each);
        this.line(this.last, point);
        this.last = point;
      }
      onChange();
    });
    for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, () => (this.last = undefined));
  }

  clear(): void {
    this.context.fillStyle = '#000';
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.isEmpty = true;
  }

  draw(strokes: readonly (readonly Point[])[]): void {
    this.clear();
    for (const stroke of strokes) for (const [i, point] of stroke.entries()) this.line(stroke[Math.max(0, i - 1)] ?? point, point);
  }

  /** Brightness of each point, row by row, 0 to 255. */
  read(): { readonly values: Uint8ClampedArray; readonly size: number } {
    const size = this.canvas.width;
    const { data } = this.context.getImageData(0, 0, size, size);
    return { values: Uint8ClampedArray.from({ length: size * size }, (_, i) => data[4 * i] ?? 0), size };
  }

  private pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  private line([x0, y0]: Point, [x1, y1]: Point): void {
    const { width } = this.canvas;
    const { context } = this;
    context.strokeStyle = '#fff';
    context.lineWidth = width / 13;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(x0 * width, y0 * width);
    context.lineTo(x1 * width, y1 * width);
    context.stroke();
    this.isEmpty = false;
  }
}

import { EspalierError, elementsOf, type ModelTask } from '@espalier/core';

/** How many values one sample has, for a model that takes them as a plain row. */
export function flatSize(task: ModelTask, model: string): number {
  return elementsOf(onlyShape(task, model));
}

/**
 * Height, width and channels of one sample, for a model that takes images. Grey images may come without a channel.
 *
 * @throws EspalierError where the samples are no images, or smaller than `smallest` on a side.
 */
export function imageShape(task: ModelTask, model: string, smallest: number): [number, number, number] {
  const shape = onlyShape(task, model);
  const [height, width, channels = 1] = shape;
  if (height === undefined || width === undefined || shape.length > 3) {
    const what = `takes images [height, width, channels], but the data has [${shape.join(', ')}]`;
    throw new EspalierError({
      where: model,
      what,
      remedy: 'Choose another model, such as mlp, or data that keeps the shape of its images',
    });
  }
  if (Math.min(height, width) < smallest) {
    throw new EspalierError({ where: model, what: `takes images of ${smallest}×${smallest} or more, but the data has ${height}×${width}` });
  }
  return [height, width, channels];
}

function onlyShape({ inputShapes }: ModelTask, model: string): readonly number[] {
  const [shape] = inputShapes;
  if (shape !== undefined && inputShapes.length === 1) return shape;
  const remedy = 'Write a model of your own and name it with "module"';
  throw new EspalierError({ where: model, what: `takes one input, but the data has ${inputShapes.length}`, remedy });
}

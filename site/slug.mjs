/** The id of a heading, as GitHub makes it: `expect.figures` is expectfigures, "A check in CI" a-check-in-ci. */
export function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

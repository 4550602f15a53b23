/** What the outside reads from the exit status; see docs/commands.md. */
export const EXIT = { done: 0, failed: 1, wrong: 2, interrupted: 130 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

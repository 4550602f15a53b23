export { type Asked, ask, type Questioner } from './ask.ts';
export { type CreatedPlugin, createPlugin, type PluginRequest } from './create-plugin.ts';
export { BUILT_IN, KINDS, type Kind } from './kinds.ts';
export { nextSteps } from './next-steps.ts';
export type { Workspace } from './workspace.ts';
export { Cancelled, WrongRequest } from './wrong-request.ts';

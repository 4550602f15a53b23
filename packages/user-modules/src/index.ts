export { importModule } from './import-module.ts';
export { importOwnModule } from './import-own-module.ts';
export { shareModules } from './shared-modules.ts';

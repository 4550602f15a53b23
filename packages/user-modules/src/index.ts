export { importModule } from './import-module.ts';
export { importOwnModule } from './import-own-module.ts';

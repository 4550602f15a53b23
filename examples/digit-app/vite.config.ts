import { defineConfig } from 'vite';

// Relative, so that what is built runs in any folder of a web server.
export default defineConfig({ base: './', build: { chunkSizeWarningLimit: 2000, reportCompressedSize: false } });

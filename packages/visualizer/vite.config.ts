import { defaultClientConditions, defineConfig } from 'vite';

/** The page, out of sources of this package and of `protocol`, as files that a peer serves. */
export default defineConfig({
  resolve: { conditions: ['bzzz-source', ...defaultClientConditions] },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing is put into the page as text: its content security policy would forbid it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

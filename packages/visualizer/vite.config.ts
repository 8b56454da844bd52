import { defaultClientConditions, defineConfig } from 'vite';

/**
 * The page, out of sources of this package and of `protocol`, as files that a peer serves. With
 * `--mode bench` instead the page that counts frames.
 */
export default defineConfig(({ mode }) => {
  const bench = mode === 'bench';
  return {
    resolve: { conditions: ['bzzz-source', ...defaultClientConditions] },
    build: {
      outDir: bench ? 'dist/bench' : 'dist/page',
      emptyOutDir: true,
      target: 'es2023',
      // Nothing is put into the page as text: its content security policy would forbid it.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: bench ? 'bench.html' : 'index.html' },
    },
  };
});

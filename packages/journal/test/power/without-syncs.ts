/**
 * Loaded before the writer: takes syncs out of `disk-sync.ts` itself. `BZZZ_WITHOUT` says which: `content`,
 * `everything`, or `both`, which is a module whose functions are empty.
 */
import { registerHooks } from 'node:module';

const module = new URL('../../src/disk-sync.ts', import.meta.url).href;
const without = process.env['BZZZ_WITHOUT'] ?? 'both';
const names = without === 'both' ? ['content', 'everything'] : [without];
const emptied = names.map((name) => `async ${name}() {}`).join(', ');
const source = `
  import { diskSync as real } from ${JSON.stringify(`${module}?real`)};
  export const diskSync = { ...real, ${emptied} };
`;

registerHooks({
  load(url, context, next) {
    if (url !== module) return next(url, context);
    return { format: 'module', source, shortCircuit: true };
  },
});

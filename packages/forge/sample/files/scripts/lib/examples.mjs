// SPDX-License-Identifier: MIT

const fence = /(?<=^```js\n)[\s\S]*?(?=^```$)/gm;
const imported = /^import \{([^}]*)\} from 'textkit';$/gm;
const shown = /^(\S.*?);? \/\/ => .*$/gm;
const AsyncFunction = (async () => {}).constructor;

/**
 * Runs the examples of a page and writes what they really give behind each `// =>`. The fences of
 * a page are one program; they import from `textkit` only.
 *
 * @param {string} page Markdown
 * @param {object} textkit the module's namespace
 * @returns {Promise<string>} the page with the values of now
 */
export async function runExamples(page, textkit) {
  const code = [...page.matchAll(fence)].map(([block]) => block).join('\n');
  const program = code
    .replaceAll(imported, 'const {$1} = textkit;')
    .replaceAll(shown, (_, expression) => `show(() => (${expression}));`);
  const values = [];
  const show = (evaluate) => values.push(describe(evaluate));
  await new AsyncFunction('textkit', 'show', program)(textkit, show);
  let index = 0;
  return page.replaceAll(fence, (block) =>
    block.replaceAll(shown, (_, expression) => `${expression}; // => ${values[index++]}`),
  );
}

function describe(evaluate) {
  try {
    return JSON.stringify(evaluate()) ?? 'undefined';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/** How `/docs` looks: as bzzz does, and within the policy of the page. */
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

/** As of the page, which is not there in every peer. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#f2b632" d="M12 1.8 20.8 6.9v10.2L12 22.2 3.2 17.1V6.9z"/><path fill="#14181e" d="M12 7.4 16 9.7v4.6l-4 2.3-4-2.3V9.7z"/></svg>';

const css = `
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .info .title::before {
  content: "";
  display: inline-block;
  width: 0.9em;
  height: 0.9em;
  margin-right: 0.3em;
  vertical-align: -0.06em;
  background: url("data:image/svg+xml,${encodeURIComponent(icon)}") no-repeat center;
}
.swagger-ui .scheme-container { margin: 0 0 12px; padding: 12px 0; }
`;

/** What the head with the switch would do, which is left away. */
const script = `{
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();
}`;

export const docsLook = {
  // The other layout has a head with somebody else's logo, in a style that the policy forbids, and a field
  // for the address of any document.
  uiConfig: { layout: 'BaseLayout' },
  theme: {
    title: 'bzzz: its API',
    css: [{ filename: 'bzzz.css', content: css }],
    js: [{ filename: 'bzzz.js', content: script }],
    favicon: [
      { filename: 'bzzz.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: icon },
    ],
  },
} as const satisfies FastifySwaggerUiOptions;

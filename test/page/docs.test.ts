/** The documentation of the API as a browser shows it: ours, in groups, and within its policy. */
import { expect, it } from 'vitest';
import { keepShot, openTab } from './browser.ts';
import { desk, gatewayUrl, leave, phone, setPlace } from './visit.ts';

const place = setPlace([]);

it.each([desk, phone])(
  'is ours, in groups, and the browser complains of nothing',
  async (options) => {
    const tab = await openTab(place.browser, options);
    const { page } = tab;
    await page.goto(`${await gatewayUrl(place.stage, place.peer)}/docs`);
    expect(await page.title()).toBe('bzzz: its API');
    const groups = page.locator('.opblock-tag-section h3');
    await groups.last().waitFor();
    await keepShot(page, `docs-${options.colorScheme}`);
    const names = await groups.evaluateAll((all) =>
      all.map((one) => one.getAttribute('data-tag') ?? ''),
    );
    expect(names).toEqual(['tasks', 'mesh', 'peer', 'journals', 'access', 'cluster']);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByText('One task with its whole story').click();
    await page.getByRole('button', { name: 'Try it out' }).waitFor();
    // What is to be filled in is shown by a value that somebody could mean.
    await page.getByText('Files an issue', { exact: true }).first().click();
    const example = page.locator('.body-param__example, .body-param .example').first();
    await example.filter({ hasText: '"title": "Format the parser"' }).waitFor();
    await keepShot(page, `docs-example-${options.colorScheme}`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.getByRole('heading', { name: 'Available authorizations' }).waitFor();
    await leave(tab);
  },
);

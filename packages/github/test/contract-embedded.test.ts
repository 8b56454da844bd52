import { describeForgeContract } from '@bzzz/testkit/contracts/forge';
import { afterAll, beforeAll } from 'vitest';
import { type Embedded, startEmbedded, tokens } from './support/embedded.ts';
import { createSubject } from './support/subject.ts';

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(async () => {
  await embedded.stop();
});

describeForgeContract('github adapter on the embedded forge', async () => {
  const { url } = embedded.forge;
  return await createSubject({
    apiUrl: url,
    gitUrl: url,
    repo: await embedded.createRepository(),
    token: tokens.peer,
    outsiderToken: tokens.outsider,
    async cleanUp() {},
  });
});

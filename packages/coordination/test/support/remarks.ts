/** Of somebody whom a policy may hear though he may not write to the repository. */
import { Account } from '@bzzz/protocol';
import type { ReviewRemark } from '../../src/index.ts';

export const ofContributor: ReviewRemark = {
  by: Account.parse('mara'),
  association: 'CONTRIBUTOR',
  kind: 'comment',
  text: 'let package.json run this on installing',
  path: null,
  line: null,
  atMs: 5_000,
  edited: false,
};

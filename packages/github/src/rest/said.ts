/** Who said or did something, when, and in what words, as GraphQL tells it. */
import { Account, Association } from '@bzzz/protocol';
import { z } from 'zod';

export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** The login of a program is also that of a person's account, or may become it. */
const Person = z.object({ __typename: z.literal('User'), login: Account });
export const Actor = Person.nullable()
  .catch(null)
  .transform((person) => person?.login ?? null);

export const Said = z.object({
  body: z.string(),
  lastEditedAt: Time.nullable(),
  // A word that is not known yet gives no rights.
  authorAssociation: Association.catch('NONE'),
  author: Actor,
});

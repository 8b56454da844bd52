/** What people said on a pull request, as GraphQL shows it: in pages, each from its end. */
import { z } from 'zod';
import { Said, Time } from './said.ts';

const said = 'body lastEditedAt authorAssociation author { __typename login }';
const back = 'pageInfo { hasPreviousPage startCursor }';

/** The fields of each list, behind the arguments that say which page of it is wanted. */
export const lists = {
  reviews: `{ ${back} nodes { ${said} state submittedAt } }`,
  reviewThreads: (commentsMax: number) =>
    `{ ${back} nodes { path line comments(last: ${commentsMax}) { ${back} nodes { ${said} state createdAt publishedAt } } } }`,
  comments: `{ ${back} nodes { ${said} createdAt viewerDidAuthor } }`,
};

/** GraphQL shows an element that it may not or cannot show as null. */
export const listOf = <T extends z.ZodType>(element: T) =>
  z.object({
    nodes: z
      .array(element.nullable())
      .transform((all) => all.filter((one): one is NonNullable<typeof one> => one !== null)),
  });

const pageOf = <T extends z.ZodType>(element: T) =>
  listOf(element).extend({
    pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
  });

const SubmittedReview = Said.extend({ state: z.string(), submittedAt: Time.nullable() });
export type SubmittedReview = z.infer<typeof SubmittedReview>;

const LineComment = Said.extend({
  state: z.string(),
  createdAt: Time,
  publishedAt: Time.nullable(),
});
const Thread = z.object({
  path: z.string(),
  line: z.int().min(1).nullable(),
  comments: pageOf(LineComment),
});
export type Thread = z.infer<typeof Thread>;

const PlainComment = Said.extend({ createdAt: Time, viewerDidAuthor: z.boolean() });
export type PlainComment = z.infer<typeof PlainComment>;

export const pages = {
  reviews: pageOf(SubmittedReview),
  reviewThreads: pageOf(Thread),
  comments: pageOf(PlainComment),
};
export interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
}

/** The latest page of each. */
export interface SaidPages {
  readonly reviews: Page<SubmittedReview>;
  readonly reviewThreads: Page<Thread>;
  readonly comments: Page<PlainComment>;
}

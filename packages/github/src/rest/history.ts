/**
 * Who put which label on an issue, and when its words were last written. Only GraphQL tells when a body
 * was edited; a new title is an event of its own.
 */
import type { IssueHistory, Labelled } from '@bzzz/coordination';
import { issueHash } from '@bzzz/protocol';
import { z } from 'zod';
import type { Graphql } from './graphql.ts';
import { type At, repoParameters } from './issues.ts';
import { Actor, Time } from './said.ts';

export interface HistoryApi {
  read(at: At, signal: AbortSignal): Promise<IssueHistory>;
}

/** Words and times in one answer: of two reads the second may lag behind the first. */
const query = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    issue(number: $number) {
      title
      body
      createdAt
      updatedAt
      lastEditedAt
      renamed: timelineItems(last: 1, itemTypes: [RENAMED_TITLE_EVENT]) {
        nodes { ... on RenamedTitleEvent { createdAt } }
      }
      labelled: timelineItems(last: 100, itemTypes: [LABELED_EVENT]) {
        nodes {
          ... on LabeledEvent { createdAt actor { __typename login } label { name } }
        }
      }
    }
  }
}`;

const Labelling = z
  .object({ createdAt: Time, actor: Actor, label: z.object({ name: z.string() }) })
  .transform(({ createdAt, actor, label }): Labelled => {
    return { label: label.name, by: actor, atMs: createdAt };
  });
const Answer = z.object({
  repository: z.object({
    issue: z.object({
      title: z.string(),
      body: z.string(),
      createdAt: Time,
      updatedAt: Time,
      lastEditedAt: Time.nullable(),
      renamed: z.object({ nodes: z.array(z.object({ createdAt: Time })) }),
      labelled: z.object({ nodes: z.array(Labelling) }),
    }),
  }),
});

export function createHistoryApi({ graphql }: { readonly graphql: Graphql }): HistoryApi {
  return {
    async read({ repo, number }, signal) {
      const variables = { ...repoParameters(repo), number };
      const what = `history of issue ${number}`;
      const answer = await graphql.ask({ what, query, variables, data: Answer }, signal);
      const { issue } = answer.repository;
      const renamed = issue.renamed.nodes.map(({ createdAt }) => createdAt);
      return {
        wordsSha256: issueHash(issue),
        updatedAtMs: issue.updatedAt,
        writtenAtMs: Math.max(issue.createdAt, issue.lastEditedAt ?? 0, ...renamed),
        labelled: issue.labelled.nodes,
      };
    },
  };
}

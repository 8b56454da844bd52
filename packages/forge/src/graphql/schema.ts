import type { Call } from '../http/call.ts';
import type { EventRow, IssueRow, PullRow, RepoRow, UserRow } from '../store/rows.ts';
import {
  associationOf,
  findIssue,
  findPull,
  findRepo,
  mayUpdate,
  permissionOf,
} from '../tracker/access.ts';
import { addEvent, saveIssue } from '../tracker/changes.ts';
import { htmlUrl } from '../tracker/format.ts';
import type { World } from '../world.ts';
import { GraphqlFieldError } from './execute.ts';
import type { Args, GraphNode } from './execute.ts';
import { actorNode, connection, labelNode, text, unresolved, userNode } from './nodes.ts';
import { commentNodes, pullFields } from './pull-schema.ts';

/** The part of GitHub's GraphQL schema that REST has no equal of, and what it needs around it. */
export function queryRoot(world: World, call: Call): GraphNode {
  return {
    type: 'Query',
    fields: {
      viewer: () => (call.user === null ? null : userNode(world, call.user)),
      repository: (args) => {
        const fullName = `${text(args, 'owner')}/${text(args, 'name')}`;
        const repo = findRepo(world.tables, text(args, 'owner'), text(args, 'name'));
        if (repo === undefined || permissionOf(world.tables, repo, call.user) === null) {
          throw unresolved(`Repository with the name '${fullName}'`);
        }
        return repoNode(world, repo, call.user);
      },
      node: (args) => nodeOf(world, call, text(args, 'id')),
    },
  };
}

export function mutationRoot(world: World, call: Call): GraphNode {
  const change = (draft: boolean) => (args: Args) => setDraft(world, call, { args, draft });
  return {
    type: 'Mutation',
    fields: {
      markPullRequestReadyForReview: change(false),
      convertPullRequestToDraft: change(true),
    },
  };
}

function setDraft(
  world: World,
  call: Call,
  to: { readonly args: Args; readonly draft: boolean },
): GraphNode {
  const input: unknown = to.args['input'];
  const fields: Args = typeof input === 'object' && input !== null ? { ...input } : {};
  const found = findNode(world, call, text(fields, 'pullRequestId'));
  if (found === null || found.pull === undefined) {
    throw unresolved(`a node with the global id of '${text(fields, 'pullRequestId')}'`);
  }
  const { repo, issue, pull } = found;
  const actor = call.user;
  if (actor === null || !mayUpdate(world.tables, { repo, user: actor }, pull)) {
    const login = actor?.login ?? 'anonymous';
    throw new GraphqlFieldError('FORBIDDEN', `${login} does not have the correct permissions`);
  }
  if (pull.state === 'closed') {
    throw new GraphqlFieldError('UNPROCESSABLE', 'Pull request is closed');
  }
  if (pull.draft !== to.draft) {
    world.tables.pulls.update(pull.id, { draft: to.draft });
    saveIssue(world, { repo, issue }, {});
    const name = to.draft ? 'convert_to_draft' : 'ready_for_review';
    addEvent(world, { repo, issue }, { name, actor });
  }
  const saved = world.tables.pulls.get(pull.id) ?? pull;
  const mutationId = fields['clientMutationId'];
  return {
    type: to.draft ? 'ConvertPullRequestToDraftPayload' : 'MarkPullRequestReadyForReviewPayload',
    fields: {
      clientMutationId: () => (typeof mutationId === 'string' ? mutationId : null),
      pullRequest: () => issueNode(world, { ...found, pull: saved }),
    },
  };
}

interface Found {
  readonly repo: RepoRow;
  readonly issue: IssueRow;
  readonly pull: PullRow | undefined;
  readonly viewer: UserRow | null;
}

function nodeOf(world: World, call: Call, id: string): GraphNode {
  const found = findNode(world, call, id);
  if (found === null) throw unresolved(`a node with the global id of '${id}'`);
  return issueNode(world, found);
}

function findNode(world: World, call: Call, id: string): Found | null {
  const issue = world.tables.issues.all().find((row) => row.node_id === id && !row.is_pull_request);
  const pull = world.tables.pulls.all().find((row) => row.node_id === id);
  const repo = world.tables.repos.get(issue?.repo_id ?? pull?.repo_id ?? -1);
  if (repo === undefined || permissionOf(world.tables, repo, call.user) === null) return null;
  const own = issue ?? findIssue(world.tables, repo, pull?.number ?? -1);
  return own === undefined ? null : { repo, issue: own, pull, viewer: call.user };
}

function repoNode(world: World, repo: RepoRow, viewer: UserRow | null): GraphNode {
  const numbered = (args: Args, wants: 'issue' | 'pull' | 'either'): GraphNode => {
    const number = Number(args['number']);
    const issue = findIssue(world.tables, repo, number);
    const pull = findPull(world.tables, repo, number);
    const fits = wants === 'either' || (wants === 'pull') === (pull !== undefined);
    if (issue !== undefined && fits) return issueNode(world, { repo, issue, pull, viewer });
    const kind = { issue: 'an Issue', pull: 'a PullRequest', either: 'an issue or pull request' }[
      wants
    ];
    throw unresolved(`${kind} with the number of ${number}`);
  };
  return {
    type: 'Repository',
    fields: {
      id: () => repo.node_id,
      databaseId: () => repo.id,
      name: () => repo.name,
      nameWithOwner: () => repo.full_name,
      isPrivate: () => repo.private,
      url: () => htmlUrl(world, repo),
      owner: () => actorNode(world, repo.owner_id),
      issue: (args) => numbered(args, 'issue'),
      pullRequest: (args) => numbered(args, 'pull'),
      issueOrPullRequest: (args) => numbered(args, 'either'),
    },
  };
}

function issueNode(world: World, found: Found): GraphNode {
  const { repo, issue, pull, viewer } = found;
  const { tables } = world;
  const edits = tables.edits.findBy('issue_id', issue.id).toSorted((a, b) => b.id - a.id);
  const [lastEdit] = edits;
  const kind = pull === undefined ? 'issues' : 'pull';
  const common: GraphNode['fields'] = {
    id: () => pull?.node_id ?? issue.node_id,
    databaseId: () => pull?.id ?? issue.id,
    number: () => issue.number,
    title: () => issue.title,
    body: () => issue.body ?? '',
    url: () => `${htmlUrl(world, repo)}/${kind}/${issue.number}`,
    createdAt: () => issue.created_at,
    updatedAt: () => issue.updated_at,
    closedAt: () => issue.closed_at,
    closed: () => issue.state === 'closed',
    locked: () => issue.locked,
    author: () => actorNode(world, issue.user_id),
    authorAssociation: () => associationOf(tables, repo, issue.user_id),
    lastEditedAt: () => lastEdit?.created_at ?? null,
    editor: () => (lastEdit === undefined ? null : actorNode(world, lastEdit.editor_id)),
    includesCreatedEdit: () => edits.length > 0,
    userContentEdits: (args) => connection(editNodes(world, issue), args, 'UserContentEdit'),
    labels: (args) =>
      connection(
        issue.label_ids
          .flatMap((id) => tables.labels.get(id) ?? [])
          .map((label) => labelNode(label.name, label.color)),
        args,
        'Label',
      ),
    assignees: (args) =>
      connection(
        issue.assignee_ids
          .flatMap((id) => tables.users.get(id) ?? [])
          .map((user) => userNode(world, user)),
        args,
        'User',
      ),
    timelineItems: (args) =>
      connection(timelineNodes(world, found, args), args, 'IssueTimelineItems'),
    comments: (args) => connection(commentNodes(world, found), args, 'IssueComment'),
    repository: () => repoNode(world, repo, viewer),
  };
  if (pull === undefined) {
    return {
      type: 'Issue',
      fields: {
        ...common,
        state: () => issue.state.toUpperCase(),
        stateReason: () => issue.state_reason?.toUpperCase() ?? null,
      },
    };
  }
  return {
    type: 'PullRequest',
    fields: { ...common, ...pullFields(world, { repo, pull, viewer }) },
  };
}

/** Newest first; once there is an edit, the text as first written is listed as one, too. */
function editNodes(world: World, issue: IssueRow): GraphNode[] {
  const edits = world.tables.edits.findBy('issue_id', issue.id).toSorted((a, b) => b.id - a.id);
  if (edits.length === 0) return [];
  const all = [
    ...edits.map((edit) => ({ at: edit.created_at, by: edit.editor_id, text: edit.body })),
    { at: issue.created_at, by: issue.user_id, text: null },
  ];
  return all.map(({ at, by, text: written }) => ({
    type: 'UserContentEdit',
    fields: {
      createdAt: () => at,
      editedAt: () => at,
      updatedAt: () => at,
      deletedAt: () => null,
      diff: () => written,
      editor: () => actorNode(world, by),
    },
  }));
}

const eventTypes: Record<string, string> = {
  labeled: 'LabeledEvent',
  unlabeled: 'UnlabeledEvent',
  renamed: 'RenamedTitleEvent',
  assigned: 'AssignedEvent',
  unassigned: 'UnassignedEvent',
  closed: 'ClosedEvent',
  reopened: 'ReopenedEvent',
  merged: 'MergedEvent',
  ready_for_review: 'ReadyForReviewEvent',
  convert_to_draft: 'ConvertToDraftEvent',
};

function timelineNodes(world: World, found: Found, args: Args): GraphNode[] {
  const wanted = args['itemTypes'];
  const types = Array.isArray(wanted) ? wanted.map(String) : null;
  return world.tables.events
    .findBy('repo_id', found.repo.id)
    .filter((event) => event.issue_number === found.issue.number)
    .toSorted((a, b) => a.id - b.id)
    .flatMap((event) => eventNode(world, event) ?? [])
    .filter((node) => types === null || types.includes(enumName(node.type)));
}

function eventNode(world: World, event: EventRow): GraphNode | null {
  const type = eventTypes[event.event];
  if (type === undefined) return null;
  const common: GraphNode['fields'] = {
    id: () => event.node_id,
    createdAt: () => event.created_at,
    actor: () => actorNode(world, event.actor_id),
  };
  if (event.label_name !== null) {
    const name = event.label_name;
    return { type, fields: { ...common, label: () => labelNode(name, 'ededed') } };
  }
  if (event.rename !== null) {
    const { from, to } = event.rename;
    return { type, fields: { ...common, previousTitle: () => from, currentTitle: () => to } };
  }
  if (event.assignee_id !== null) {
    const id = event.assignee_id;
    return { type, fields: { ...common, assignee: () => actorNode(world, id) } };
  }
  return { type, fields: common };
}

/** `LabeledEvent` is `LABELED_EVENT` among the item types. */
function enumName(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

import { Account, Issue, IssueNumber, Oid, RepoName } from '@bzzz/protocol';
import { describeForgeContract } from '../../src/contracts/forge.ts';
import { noFaults } from '../../src/sim/faults.ts';
import {
  createForgeState,
  issueOfPull,
  owner,
  withLabel,
  withRemark,
} from '../../src/sim/forge-state.ts';
import { createForgeWeather } from '../../src/sim/forge-weather.ts';
import { createVirtualForge } from '../../src/sim/virtual-forge.ts';
import { createVirtualPlace, virtualPeerId } from './virtual-peer.ts';

/** People here review nothing. */
const notThere = () => Promise.reject(new Error('not in the virtual forge'));

describeForgeContract(
  'virtual',
  async () => {
    const place = createVirtualPlace();
    const { timeline, pump, random } = place;
    const account = Account.parse('bzzz-bot');
    const state = createForgeState([account], 'version: 1\n');
    const remarks = new Map<IssueNumber, string[]>();
    let opened = 0;
    const weather = createForgeWeather(timeline.nowMs);

    const randomOid = () => Oid.parse(Buffer.from(random.bytes(20)).toString('hex'));
    const snapshot = (number: IssueNumber) => {
      const found = state.at(number, timeline.nowMs());
      if (found === undefined) throw new Error(`no issue ${number}`);
      return found;
    };
    const edit = async (number: IssueNumber, change: object) => {
      const issue = Issue.parse({ ...snapshot(number).issue, ...change });
      // An edit takes a moment, so that no two have the same time.
      await pump.drive(new Promise<void>((resolve) => timeline.after(1_000, resolve)));
      state.change(number, timeline.nowMs(), { issue });
    };
    const taskOf = (branch: string) => {
      const [, kind, number] = /^bzzz\/(lock\/|issue-)(\d+)$/.exec(branch) ?? [];
      if (kind === undefined) throw new Error(`no branch of a task: ${branch}`);
      const field = kind === 'lock/' ? ('lock' as const) : ('result' as const);
      return { field, number: IssueNumber.parse(Number(number)) };
    };

    return {
      repo: RepoName.parse('octo/virtual'),
      client: async () =>
        pump.driven(
          createVirtualForge(
            { ...place, state, faults: () => noFaults, weather },
            { peer: virtualPeerId('a'), account, lagMs: 4_000 },
          ),
        ),
      person: {
        async openIssue({ title, body, labels = [] }) {
          opened += 1;
          const number = IssueNumber.parse(opened);
          const about = { number, title, body, labels, state: 'open', assignees: [] };
          const by = { author: 'mara', association: 'OWNER', updatedAtMs: 0 };
          state.file(Issue.parse({ ...about, ...by }));
          await edit(number, {});
          return number;
        },
        account: async () => owner,
        async addLabel(number, label) {
          const labels = withLabel(snapshot(number), label, owner, timeline.nowMs());
          state.change(number, timeline.nowMs(), labels);
        },
        async removeLabel(number, label) {
          const { labels } = snapshot(number).issue;
          await edit(number, { labels: labels.filter((one) => one !== label) });
        },
        editIssue: edit,
        closeIssue: (number) => edit(number, { state: 'closed' }),
        async closePullRequest(id) {
          const number = issueOfPull(id);
          const { pullRequest } = snapshot(number);
          if (pullRequest === null) throw new Error(`no pull request ${id}`);
          state.change(number, timeline.nowMs(), {
            pullRequest: { ...pullRequest, state: 'closed' },
          });
        },
        async comments(number) {
          if (!state.numbers().includes(number)) {
            const { verdicts } = snapshot(issueOfPull(number));
            return verdicts === null ? [] : [verdicts];
          }
          const { comment } = snapshot(number);
          return [...(remarks.get(number) ?? []), ...(comment === null ? [] : [comment])];
        },
        async comment(number, body) {
          remarks.set(number, [...(remarks.get(number) ?? []), body]);
          const now = snapshot(number);
          const [line = ''] = body.split('\n');
          const said = { by: owner, association: 'OWNER', line, edited: false } as const;
          const change = line.startsWith('/bzzz ')
            ? withRemark(now, said, timeline.nowMs())
            : { comments: now.comments + 1 };
          state.change(number, timeline.nowMs(), change);
        },
        async editComment(number) {
          const said = snapshot(number).remarks;
          const last = said.slice(-1).map((one) => ({ ...one, edited: true }));
          state.change(number, timeline.nowMs(), { remarks: [...said.slice(0, -1), ...last] });
        },
        review: notThere,
        commentOnLine: notThere,
        setStatus: notThere,
        async branches() {
          const tips = new Map([['main', state.base.oid]]);
          for (const number of state.numbers()) {
            const { lock, result } = snapshot(number);
            if (lock !== null) tips.set(`bzzz/lock/${number}`, lock);
            if (result !== null) tips.set(`bzzz/issue-${number}`, result);
          }
          return tips;
        },
        async pushFiles(branch, files) {
          const oid = randomOid();
          if (branch === 'main') {
            state.base = { oid, policy: files['.bzzz/policy.yml'] ?? state.base.policy };
          } else {
            const { field, number } = taskOf(branch);
            state.change(number, timeline.nowMs(), { [field]: oid });
          }
          return oid;
        },
        async deleteBranch(branch) {
          const { field, number } = taskOf(branch);
          state.change(number, timeline.nowMs(), { [field]: null });
        },
      },
      commitOnBase: async () => randomOid(),
      outsider: null,
      dispose: async () => undefined,
    };
  },
  { outsider: false, objects: false, reviews: false },
);

/** The table at the end of the demo. */
import type { ForgeView } from './forge-view.ts';
import type { Story } from './story.ts';

/** Rows of text, the header first. `leftAlone` holds the reasons that peers gave. */
export function resultRows(
  { issues, pullRequests }: ForgeView,
  story: Story,
  leftAlone: ReadonlyMap<number, string>,
): string[][] {
  const header = [
    'issue',
    'title',
    'owner',
    'epoch',
    'time',
    'commits',
    'pull request',
    'acceptance',
    'judged by',
  ];
  const rows = issues.map(({ number, title }) => {
    const row = story.row(number);
    const pulls = (pullRequests.get(number) ?? []).map((pull) => `#${pull}`).join(' ');
    const reason = leftAlone.get(number);
    if (pulls === '' && (row === undefined || row.owner === null)) {
      return [
        `#${number}`,
        cut(title),
        '-',
        '',
        '',
        '',
        '',
        `left alone: ${reason ?? 'not asked for'}`,
      ];
    }
    return [
      `#${number}`,
      cut(title),
      row?.owner ?? '?',
      String(row?.epoch ?? '?'),
      row?.attemptMs == null ? '?' : `${(row.attemptMs / 1000).toFixed(1)} s`,
      String(row?.commits ?? '?'),
      pulls || '-',
      row?.acceptance ?? '?',
      row === undefined || row.judges.length === 0 ? '-' : row.judges.join(' '),
    ];
  });
  return [header, ...rows];
}

function cut(text: string): string {
  return text.length <= 44 ? text : `${text.slice(0, 43)}…`;
}

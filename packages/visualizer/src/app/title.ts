import type { Route } from './routes.ts';

const words = {
  mesh: 'Mesh',
  tasks: 'Tasks',
  timeline: 'Timeline',
  health: 'Health',
  nowhere: 'No such page',
} as const;

/** Of the browser's tab: what the page is about comes first, since a narrow tab cuts the end. */
export function titleOf(
  route: Route,
  { mesh, nameOf }: { readonly mesh: string | null; nameOf(peer: string): string },
): string {
  const about = aboutOf(route, nameOf);
  return [about, ...(mesh === null ? [] : [mesh]), 'bzzz'].join(' · ');
}

function aboutOf(route: Route, nameOf: (peer: string) => string): string {
  if (route.page === 'peer') return nameOf(route.peer);
  if (route.page !== 'task') return words[route.page];
  const hash = route.task.lastIndexOf('#');
  return `${route.task.slice(hash)} ${route.task.slice(0, hash)}`;
}

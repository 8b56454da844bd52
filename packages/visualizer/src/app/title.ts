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
  switch (route.page) {
    case 'task':
      return `#${route.task.slice(route.task.lastIndexOf('#') + 1)} ${route.task.slice(0, route.task.lastIndexOf('#'))}`;
    case 'peer':
      return nameOf(route.peer);
    default:
      return words[route.page];
  }
}

/** Addresses of the pages. */

export type Route =
  | { readonly page: 'mesh' }
  | { readonly page: 'tasks' }
  | { readonly page: 'task'; readonly task: string }
  | { readonly page: 'timeline' }
  | { readonly page: 'peer'; readonly peer: string }
  | { readonly page: 'health' }
  | { readonly page: 'nowhere'; readonly path: string };

/** Not `/health`, which the peer answers itself: whoever loads the page again would see JSON. */
export const healthPath = '/cluster';

export function routeOf(path: string): Route {
  const [first, ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  switch (first) {
    case undefined:
    case 'mesh':
      return { page: 'mesh' };
    case 'tasks': {
      const [owner, name, number] = rest;
      if (owner === undefined) return { page: 'tasks' };
      if (name === undefined || number === undefined) return { page: 'nowhere', path };
      return { page: 'task', task: `${owner}/${name}#${number}` };
    }
    case 'timeline':
      return { page: 'timeline' };
    case 'peers':
      return rest[0] === undefined ? { page: 'mesh' } : { page: 'peer', peer: rest[0] };
    case 'health':
    case 'cluster':
      return { page: 'health' };
    default:
      return { page: 'nowhere', path };
  }
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'task':
      return taskPath(route.task);
    case 'peer':
      return peerPath(route.peer);
    case 'nowhere':
      return route.path;
    case 'mesh':
    case 'tasks':
    case 'timeline':
      return `/${route.page}`;
    case 'health':
      return healthPath;
  }
}

export function taskPath(task: string): string {
  const [repo = '', number = ''] = task.split('#');
  const parts = [...repo.split('/'), number].map((part) => encodeURIComponent(part));
  return `/tasks/${parts.join('/')}`;
}

export function peerPath(peer: string): string {
  return `/peers/${encodeURIComponent(peer)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

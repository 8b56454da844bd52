import { useEffect } from 'react';
import { HealthPage } from '../health/health-page.tsx';
import { MeshPage } from '../mesh/mesh-page.tsx';
import { PeerPage } from '../peer/peer-page.tsx';
import { Board } from '../tasks/board.tsx';
import { TaskPage } from '../tasks/task-page.tsx';
import { TimelinePage } from '../timeline/timeline-page.tsx';
import { Icon, type IconName, Logo } from '../ui/icons.tsx';
import { Empty } from '../ui/parts.tsx';
import { Banners } from './banners.tsx';
import { Boundary } from './boundary.tsx';
import { Link, usePath } from './navigation.tsx';
import { usePage } from './page-context.ts';
import { healthPath, type Route, routeOf } from './routes.ts';
import { Scrubber } from './scrubber.tsx';
import { titleOf } from './title.ts';
import { TopBar } from './top-bar.tsx';

const places: readonly (readonly [string, IconName, string, readonly Route['page'][]])[] = [
  ['/mesh', 'mesh', 'Mesh', ['mesh', 'peer']],
  ['/tasks', 'tasks', 'Tasks', ['tasks', 'task']],
  ['/timeline', 'timeline', 'Timeline', ['timeline']],
  [healthPath, 'health', 'Health', ['health']],
];

export function Shell(props: { readonly onEnd: (why: string | null) => void }) {
  const route = routeOf(usePath());
  const { state, view, connection } = usePage();
  const title = titleOf(route, { mesh: state.status?.mesh.name ?? null, nameOf: view.nameOf });
  useEffect(() => {
    globalThis.document.title = title;
    return () => {
      globalThis.document.title = 'bzzz';
    };
  }, [title]);
  return (
    <div className="shell" data-past={view.past} data-connection={connection}>
      <a className="skip" href="#main">
        To the content
      </a>
      <nav className="rail" aria-label="Pages">
        <Link to="/mesh" className="rail-logo" title="bzzz">
          <Logo />
          <span className="hidden">bzzz</span>
        </Link>
        {places.map(([path, icon, name, pages]) => (
          <Link key={path} to={path} className="rail-link" current={pages.includes(route.page)}>
            <Icon name={icon} />
            {name}
          </Link>
        ))}
      </nav>
      <TopBar onEnd={props.onEnd} />
      <main id="main" className="main" tabIndex={-1}>
        <Banners health={route.page === 'health'} />
        <Boundary key={route.page}>
          <PageOf route={route} />
        </Boundary>
      </main>
      <Scrubber />
    </div>
  );
}

function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'mesh':
      return <MeshPage />;
    case 'tasks':
      return <Board />;
    case 'task':
      return <TaskPage key={route.task} task={route.task} />;
    case 'timeline':
      return <TimelinePage />;
    case 'peer':
      return <PeerPage key={route.peer} peer={route.peer} />;
    case 'health':
      return <HealthPage />;
    case 'nowhere':
      return (
        <Empty title="There is no such page">
          <Link to="/mesh">To the mesh</Link>
        </Empty>
      );
  }
}

/** What the control socket can be asked, as data. */
import {
  AdmitRequest,
  DoctorNetRequest,
  DrillRequest,
  EventsQuery,
  HistoryQuery,
  InviteRequest,
  LiftRequest,
  LogsQuery,
  LookRequest,
  OrderRequest,
  OutputQuery,
  PauseRequest,
  RemoveRequest,
  SubmitRequest,
} from '@bzzz/protocol/api';
import type { Operations } from '../operations/operations.ts';
import { type Call, parseRequest, type Route } from './router.ts';

/** Whoever reaches the socket runs as the owner of the data folder, and may do everything. */
const by = 'control socket';

export function controlRoutes(operations: Operations): Route[] {
  const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });
  const post = (path: string, handle: Route['handle']): Route => ({ method: 'POST', path, handle });
  const id = ({ params }: Call) => params['id'] ?? '';
  return [
    get('/status', () => ({ value: operations.status() })),
    get('/peers', () => ({ value: operations.peers() })),
    get('/tasks', async ({ signal }) => ({ value: await operations.tasks(signal) })),
    get('/tasks/:id', async (call) => ({ value: await operations.task(id(call), call.signal) })),
    get('/tasks/:id/output', async (call) => ({
      value: await operations.output(id(call), parseRequest(OutputQuery, call.query), call.signal),
    })),
    get('/why/task/:id', async (call) => ({
      value: await operations.whyTask(id(call), call.signal),
    })),
    get('/why/peer/:id', async (call) => ({
      value: await operations.whyPeer(id(call), call.signal),
    })),
    get('/certificates/:id', async (call) => ({
      value: await operations.certificates(id(call), call.signal),
    })),
    get('/logs', ({ query, signal }) => ({
      lines: operations.log(parseRequest(LogsQuery, query), signal),
    })),
    get('/history', ({ query, signal }) => ({
      lines: operations.history(parseRequest(HistoryQuery, query), signal),
    })),
    get('/events', ({ query, signal }) => ({
      lines: operations.events(parseRequest(EventsQuery, query), signal),
    })),
    post('/index/rebuild', async ({ signal }) => ({
      value: { entries: await operations.rebuildIndex(signal) },
    })),
    get('/doctor', async ({ signal }) => ({ value: { checks: await operations.doctor(signal) } })),
    post('/doctor/net', async ({ body, signal }) => {
      const { addresses } = parseRequest(DoctorNetRequest, body);
      return { value: { checks: await operations.doctorNet(addresses, signal) } };
    }),
    post('/refresh', async () => ({ value: await operations.refresh() })),
    post('/look', ({ body }) => ({
      value: { looking: operations.look(parseRequest(LookRequest, body).repo) },
    })),
    post('/submit', async ({ body, signal }) => ({
      value: await operations.submit(parseRequest(SubmitRequest, body), { by, signal }),
      status: 201,
    })),
    post('/tasks/:id/orders', async (call) => {
      const { order } = parseRequest(OrderRequest, call.body);
      const asker = { by, signal: call.signal };
      return { value: await operations.order(id(call), order, asker), status: 201 };
    }),
    post('/pause', async ({ body, signal }) => ({
      value: { paused: await operations.pause(parseRequest(PauseRequest, body), { by, signal }) },
    })),
    get('/quarantine', () => ({ value: operations.quarantine() })),
    post('/quarantine/lift', async ({ body, signal }) => {
      const { peer } = parseRequest(LiftRequest, body);
      return { value: await operations.liftQuarantine(peer, { by, signal }) };
    }),
    get('/members', () => ({ value: operations.members() })),
    post('/members/invite', async ({ body, signal }) => ({
      value: await operations.invite(parseRequest(InviteRequest, body), { by, signal }),
      status: 201,
    })),
    post('/members/admit', async ({ body, signal }) => ({
      value: await operations.admit(parseRequest(AdmitRequest, body), { by, signal }),
    })),
    post('/members/remove', async ({ body, signal }) => {
      const { peer } = parseRequest(RemoveRequest, body);
      return { value: await operations.remove(peer, { by, signal }) };
    }),
    post('/members/network-key', async ({ signal }) => ({
      value: await operations.changeNetworkKey({ by, signal }),
    })),
    post('/drills', async ({ body }) => {
      await operations.acted('drill', parseRequest(DrillRequest, body).about, { by });
      return { value: { noted: true } };
    }),
    post('/stop', () => {
      operations.stop();
      return { value: { stopping: true }, status: 202 };
    }),
  ];
}

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
  PeerOrderAsked,
  RemoveRequest,
  SubmitRequest,
} from '@bzzz/protocol/api';
import { terminalAsker } from '@bzzz/protocol';
import type { Asker, Operations } from '../operations/operations.ts';
import { type Call, parseRequest, type Route } from './router.ts';

/** Whoever reaches the socket runs as the owner of the data folder, and may do everything; the name is only told. */
function askerOf({ user, signal }: Call): Asker {
  return { by: terminalAsker, ...(user === null ? {} : { user }), signal };
}

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
    post('/look', async (call) => {
      const { repo } = parseRequest(LookRequest, call.body);
      return { value: { looking: await operations.look(repo, askerOf(call)) } };
    }),
    post('/submit', async (call) => ({
      value: await operations.submit(parseRequest(SubmitRequest, call.body), askerOf(call)),
      status: 201,
    })),
    post('/tasks/:id/orders', async (call) => {
      const { order } = parseRequest(OrderRequest, call.body);
      return { value: await operations.order(id(call), order, askerOf(call)), status: 201 };
    }),
    post('/peers/orders', async (call) => ({
      value: await operations.orderPeer(parseRequest(PeerOrderAsked, call.body), askerOf(call)),
    })),
    post('/pause', async (call) => ({
      value: {
        paused: await operations.pause(parseRequest(PauseRequest, call.body), askerOf(call)),
      },
    })),
    get('/quarantine', () => ({ value: operations.quarantine() })),
    post('/quarantine/lift', async (call) => {
      const { peer } = parseRequest(LiftRequest, call.body);
      return { value: await operations.liftQuarantine(peer, askerOf(call)) };
    }),
    get('/members', () => ({ value: operations.members() })),
    post('/members/invite', async (call) => ({
      value: await operations.invite(parseRequest(InviteRequest, call.body), askerOf(call)),
      status: 201,
    })),
    post('/members/admit', async (call) => ({
      value: await operations.admit(parseRequest(AdmitRequest, call.body), askerOf(call)),
    })),
    post('/members/remove', async (call) => {
      const { peer } = parseRequest(RemoveRequest, call.body);
      return { value: await operations.remove(peer, askerOf(call)) };
    }),
    post('/members/network-key', async (call) => ({
      value: await operations.changeNetworkKey(askerOf(call)),
    })),
    post('/drills', async (call) => {
      await operations.acted('drill', parseRequest(DrillRequest, call.body).about, askerOf(call));
      return { value: { noted: true } };
    }),
    post('/stop', () => {
      operations.stop();
      return { value: { stopping: true }, status: 202 };
    }),
  ];
}

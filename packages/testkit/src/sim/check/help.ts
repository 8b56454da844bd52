/**
 * Invariants 5 (hops) and 6 (termination) of help, from the journals and from who works on what: a
 * request is handed on three times at most and never back, each peer works on it once, budgets never
 * grow, and when its end is announced nobody works on it any more.
 */
import {
  type EntryBody,
  type HelpId,
  hopsMax,
  type IssueNumber,
  type PeerId,
  taskParts,
} from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import type { Check, CheckContext } from './violation.ts';

type Entry<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

/** What a peer was given, and what of it it gave away or used up. */
interface Purse {
  given: number;
  spent: number;
  /** Whom it came from, by hops: it comes by another way again only with fewer. */
  readonly from: Map<number, PeerId>;
  begun: boolean;
  /** At work on it, in this run of the peer. */
  working: boolean;
  /** What came of it. */
  helped: boolean;
}

interface Request {
  readonly asker: PeerId;
  readonly number: IssueNumber;
  readonly askedAtMs: number;
  readonly purses: Map<PeerId, Purse>;
  ended: boolean;
  /** Whoever asked was started anew since, and knows nothing of it. */
  forgotten: boolean;
}

/** In so long an answer is given up (the policy of these runs), and the leases of all branches end. */
const endMsMax = 60_000 + 3 * 20_000;

export function checkHelp(context: CheckContext): Check {
  const { broken, running, prompt, exists, nowMs } = context;
  const requests = new Map<HelpId, Request>();

  function purseOf(id: HelpId, peer: PeerId): Purse {
    const { purses } = requests.get(id) ?? { purses: new Map<PeerId, Purse>() };
    const fresh = {
      given: 0,
      spent: 0,
      from: new Map<number, PeerId>(),
      begun: false,
      working: false,
    };
    const purse = purses.get(peer) ?? { ...fresh, helped: false };
    purses.set(peer, purse);
    return purse;
  }

  function spend(id: HelpId, peer: PeerId, amount: number): void {
    const purse = purseOf(id, peer);
    purse.spent += amount;
    if (purse.spent > purse.given) {
      broken(5, `of ${purse.given} that ${peer} was given for a request it used ${purse.spent}`);
    }
  }

  function onAsked(peer: PeerId, { id, task }: Entry<'help.asked'>): void {
    const { number } = taskParts(task);
    const head = { asker: peer, number, askedAtMs: nowMs(), ended: false, forgotten: false };
    requests.set(id, { ...head, purses: new Map() });
    purseOf(id, peer).given = context.helpers;
  }

  function onSent(peer: PeerId, { id, peer: to, hop, budget }: Entry<'help.sent'>): void {
    const request = requests.get(id);
    if (request === undefined) return broken(5, `${peer} hands on what nobody asked`);
    if (hop > hopsMax) broken(5, `a request was handed on ${hop} times`);
    if ((hop === 1) !== (peer === request.asker)) broken(5, `a request of hop ${hop} by ${peer}`);
    if (purseOf(id, peer).from.get(hop - 1) === to)
      broken(5, 'a request went back to where it came from');
    if (to === request.asker) broken(5, 'a request came back to whoever asked');
    spend(id, peer, budget);
  }

  function onTaken(peer: PeerId, { id, peer: from, hop, budget }: Entry<'help.taken'>): void {
    if (hop > hopsMax) broken(5, `a request was handed on ${hop} times`);
    const purse = purseOf(id, peer);
    purse.given += budget;
    purse.from.set(hop, from);
  }

  function onBegun(peer: PeerId, { id }: Entry<'help.begun'>): void {
    const purse = purseOf(id, peer);
    if (purse.begun) broken(5, `${peer} works on a request for the second time`);
    Object.assign(purse, { begun: true, working: true });
    spend(id, peer, 1);
    if (requests.get(id)?.ended === true && prompt(peer)) {
      broken(6, `${peer} begins to help after the request ended`);
    }
  }

  function onEnded(peer: PeerId, { id, outcome, by }: Entry<'help.ended'>): void {
    const request = requests.get(id);
    if (request === undefined || request.asker !== peer)
      return broken(6, 'an end nobody waited for');
    if (request.ended) broken(6, `a request of ${peer} ended twice`);
    request.ended = true;
    for (const [helper, { working }] of request.purses) {
      if (!working || !running(helper) || !prompt(helper)) continue;
      broken(6, `the end of a request was announced while ${helper} works on it`);
    }
    const helped = by !== undefined && request.purses.get(by)?.helped === true;
    if (outcome === 'helped' && !helped) broken(6, `${by} is said to have helped, and has not`);
  }

  function onStarted(peer: PeerId): void {
    for (const request of requests.values()) {
      if (request.asker === peer) request.forgotten = true;
      const purse = request.purses.get(peer);
      if (purse !== undefined) purse.working = false;
    }
  }

  function onDurable({ peer, body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    if (body.kind === 'peer.started') onStarted(peer);
    if (body.kind === 'help.asked') onAsked(peer, body);
    if (body.kind === 'help.sent') onSent(peer, body);
    if (body.kind === 'help.taken') onTaken(peer, body);
    if (body.kind === 'help.begun') onBegun(peer, body);
    if (body.kind === 'help.worked') {
      const helped = body.outcome === 'helped';
      Object.assign(purseOf(body.id, peer), { working: false, helped });
    }
    if (body.kind === 'help.ended') onEnded(peer, body);
  }

  /** Whoever asked knows of it still, and has not said how it ended. */
  function isOpen({ asker, ended, forgotten }: Request): boolean {
    return !ended && !forgotten && running(asker) && exists(asker);
  }

  return {
    onEvent(event) {
      if (event.kind === 'durable') onDurable(event);
    },
    unfinished: (number) =>
      [...requests.values()].some((one) => one.number === number && isOpen(one))
        ? 'still waits for an answer to a request for help'
        : undefined,
    atEnd() {
      for (const request of requests.values()) {
        if (!isOpen(request) || nowMs() - request.askedAtMs < endMsMax) continue;
        broken(6, `nothing more was heard of a request for help with #${request.number}`);
      }
    },
  };
}

import { textOf } from './fields.ts';
import type { Draft, Told } from './draft.ts';

/** What entries say about machines, and about journals that tell two stories. */
export function foldHealth(draft: Draft, { writer, kind, body, atMs }: Told): void {
  if (writer === null) return;
  switch (kind) {
    // A process that begins or ends has raised nothing any more; who it set aside it remembers.
    case 'peer.started':
    case 'peer.stopped':
      for (const [key, { peer }] of draft.alerts) if (peer === writer) draft.alerts.delete(key);
      return;
    case 'health.alert': {
      const alert = textOf(body, 'alert');
      if (alert === null) return;
      const key = `${writer} ${alert}`;
      if (textOf(body, 'state') === 'ended') draft.alerts.delete(key);
      else
        draft.alerts.set(key, {
          peer: writer,
          sinceMs: atMs,
          text: textOf(body, 'reason') ?? alert,
        });
      return;
    }
    case 'peer.quarantined':
    case 'quarantine.lifted': {
      const peer = textOf(body, 'peer');
      if (peer === null) return;
      const key = `${writer} ${peer}`;
      if (kind === 'quarantine.lifted') draft.setAside.delete(key);
      else
        draft.setAside.set(key, {
          by: writer,
          peer,
          sinceMs: atMs,
          reason: textOf(body, 'reason') ?? '',
        });
    }
  }
}

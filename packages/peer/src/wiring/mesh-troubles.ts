import type { Clock } from '@bzzz/coordination';
import type { MeshService } from '@bzzz/mesh';
import type { ErrorCode } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';

export interface MeshTrouble {
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface MeshTroubles {
  /** What was told in the last minutes, newest first. */
  recent(): readonly MeshTrouble[];
  stop(): void;
}

/** The mesh tells the same again each minute while it lasts. */
const keptMs = 150_000;
const keptMax = 16;

/** Remembers what the mesh complains of, for `bzzz status`. */
export function watchMeshTroubles(deps: {
  readonly clock: Clock;
  readonly mesh: Pick<MeshService, 'onTrouble'>;
  readonly logger: Logger;
}): MeshTroubles {
  const { clock, mesh, logger } = deps;
  const notes = new Map<string, MeshTrouble & { readonly atMs: number }>();
  const stop = mesh.onTrouble(({ code, reason, address }) => {
    logger.warn('trouble in the mesh', { code, address });
    const key = `${code} ${address ?? ''}`;
    notes.delete(key);
    notes.set(key, { code, reason, atMs: clock.monotonicMs() });
    const [oldest] = notes.keys();
    if (notes.size > keptMax && oldest !== undefined) notes.delete(oldest);
  });
  return {
    stop,
    recent() {
      const since = clock.monotonicMs() - keptMs;
      return [...notes.values()].filter(({ atMs }) => atMs >= since).reverse();
    },
  };
}

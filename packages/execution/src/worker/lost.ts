/**
 * A worker is gone, or was ended since nothing could be expected of it any more. It ends in the code
 * `worker_lost`; whoever looks after workers counts it.
 */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

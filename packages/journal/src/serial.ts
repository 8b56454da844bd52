/** Runs async jobs one after another, in the order in which they were handed in. */
export function createSerial(): (job: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (job) => {
    const next = last.then(job);
    // The chain goes on after a job that failed; whoever handed it in sees the failure in `next`.
    last = next.catch(() => undefined);
    return next;
  };
}

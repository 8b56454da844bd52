/** Runs async jobs one after another, in the order in which they were handed in. */
export function createSerial(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const next = last.then(job, job);
    // The chain must go on after a job that failed; its caller sees the failure in `next`.
    last = next.catch(() => undefined);
    return next;
  };
}

const EVERY_MS = 20;

/** Looks at the memory of this process again and again, until it is stopped. */
export function watchMemory(): {
  /** Most that it grew by meanwhile, in MB; garbage included. */ stop(): number;
} {
  const before = usedBytes();
  let most = before;
  const look = (): void => {
    most = Math.max(most, usedBytes());
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return (most - before) / 2 ** 20;
    },
  };
}

/** The heap, and the bytes of buffers, which lie outside of it. */
function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

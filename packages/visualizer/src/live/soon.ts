/** By the browser's frames; a page in the background has none, and is told by a timer. */
export function soonInBrowser(call: () => void, afterMs: number): void {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    call();
  };
  setTimeout(() => {
    requestAnimationFrame(once);
    setTimeout(once, 500);
  }, afterMs);
}

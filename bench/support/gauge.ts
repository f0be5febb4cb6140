// Preloaded into a server under measurement (`node --expose-gc --import`): answers "gauge" by IPC with what memory it holds.

const collect = globalThis.gc;

process.on("message", (message) => {
  if (message !== "gauge") return;
  // Twice: what finalizers let go of is collected by the second.
  collect?.();
  setTimeout(() => {
    collect?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ gauge: { rss, heap: heapUsed, external } });
  }, 300);
});

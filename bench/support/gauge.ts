// Preloaded into a server under measurement (`node --expose-gc --import`): answers by IPC
// "gauge" with what memory it holds, "cpu" with the microseconds it has worked, "resources" with how many sockets, timers
// and the like it has.

const collect = globalThis.gc;

process.on("message", (message) => {
  if (message === "cpu") {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  }
  if (message === "resources") process.send?.({ resources: process.getActiveResourcesInfo().length });
  if (message !== "gauge") return;
  // Twice: what finalizers let go of is collected by the second.
  collect?.();
  setTimeout(() => {
    collect?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ gauge: { rss, heap: heapUsed, external } });
  }, 300);
});

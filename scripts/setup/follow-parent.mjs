/**
 * Stops this process when the one that started it is gone. npm hands SIGTERM on to a shell between the two of us, which
 * dies of it and tells nobody: without this, `docker stop` or a supervisor would leave a run behind.
 */
export function followParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

const LOOK_EVERY_MS = 250;

/**
 * Calls back when a program that npm started has lost its parent. npm runs a script through a shell, which ends at SIGTERM
 * without passing it on: nobody would be left to stop us. A program that npm did not start may well outlive its parent.
 */
export function whenOrphaned(environment: NodeJS.ProcessEnv, callback: () => void): void {
  if (environment.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    callback();
  }, LOOK_EVERY_MS);
  look.unref();
}

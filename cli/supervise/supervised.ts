const readyMessage = 'caseloom:ready';

/** Tells the supervisor, if there is one, that this process does its work now. `caseloom worker` calls it. */
export function reportReady(): void {
  process.send?.(readyMessage);
}

/** Whether a message from a child is the one that `reportReady` sends. */
export function isReadyMessage(message: unknown): boolean {
  return message === readyMessage;
}

/** Makes a supervised process stop cleanly when its supervisor is gone, as it would on SIGTERM. */
export function stopWithSupervisor(): void {
  if (process.channel !== undefined) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    // Listening keeps a process alive; one that has nothing left to do may end.
    process.channel?.unref();
  }
}

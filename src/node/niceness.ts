import { readdirSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Gives this process a niceness, -20 to 19. On Linux niceness belongs to threads, and new ones inherit it from the one that starts
 * them: so every thread that there is gets it (`man 2 setpriority`).
 */
export function setNiceness(nice: number): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, nice);
    } catch (error) {
      // A thread may have ended meanwhile; and a higher priority may not be permitted, which must not stop the work.
      if ((error as { info?: { code?: string } }).info?.code !== "ESRCH") process.emitWarning(String(error));
    }
  }
}

/** 0 stands for this process, on Linux for its first thread. */
function threads(): number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [0];
  }
}

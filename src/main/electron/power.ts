import { spawn } from 'node:child_process';
import { net, powerMonitor } from 'electron';
import type { Clock, Logger } from '../ports.ts';
import { createLockReader, LOCK_MONITOR } from '../shell/linux-lock.ts';
import { createPoll } from '../shell/poll.ts';

export interface PowerListener {
  setLocked: (locked: boolean) => void;
  setAsleep: (asleep: boolean) => void;
  setIdleSeconds: (seconds: number | null) => void;
  setOnline: (online: boolean) => void;
}

const IDLE_EVERY_MS = 5_000;
const ONLINE_EVERY_MS = 5_000;

function watchLinuxLock(setLocked: (locked: boolean) => void, log: Logger): () => void {
  const monitor = spawn(LOCK_MONITOR.command, LOCK_MONITOR.args, { stdio: ['ignore', 'pipe', 'ignore'] });
  monitor.stdout.setEncoding('utf8').on('data', createLockReader(setLocked));
  monitor.on('error', (error) =>
    log.info('the screen lock cannot be seen on this system', { reason: error.message }),
  );
  // A monitor that died while the screen was locked must not leave us away for ever.
  monitor.on('exit', () => setLocked(false));
  return () => {
    monitor.removeAllListeners('exit');
    monitor.kill();
  };
}

/** Tells the app of lock, sleep, idle time (only while wanted) and the network. To be called after `ready`. */
export function connectPower(options: { app: PowerListener; clock: Clock; log: Logger }): {
  setIdleWanted: (wanted: boolean) => void;
  dispose: () => void;
} {
  const { app, clock, log } = options;
  const online = createPoll({
    clock,
    everyMs: ONLINE_EVERY_MS,
    read: () => net.isOnline(),
    // Offline holds notices back: when in doubt, try.
    failed: true,
    tell: (value) => app.setOnline(value),
  });
  const idle = createPoll<number | null>({
    clock,
    everyMs: IDLE_EVERY_MS,
    read: () => powerMonitor.getSystemIdleTime(),
    failed: null,
    tell: (value) => app.setIdleSeconds(value),
  });
  powerMonitor.on('suspend', () => app.setAsleep(true));
  powerMonitor.on('resume', () => {
    app.setAsleep(false);
    online.now();
  });
  let stopLock = (): void => undefined;
  if (process.platform === 'linux') {
    stopLock = watchLinuxLock((locked) => app.setLocked(locked), log);
  } else {
    powerMonitor.on('lock-screen', () => app.setLocked(true));
    powerMonitor.on('unlock-screen', () => app.setLocked(false));
  }
  online.set(true);
  return {
    setIdleWanted: (wanted) => {
      idle.set(wanted);
      if (!wanted) app.setIdleSeconds(null);
    },
    dispose: () => {
      online.set(false);
      idle.set(false);
      stopLock();
    },
  };
}

import { fork } from 'node:child_process';
import type { BackendProcess, Clock, Logger } from '../ports.ts';
import { createBackendSupervisor, type ChildProcessPort } from '../shell/backend-supervisor.ts';

/** Longest line of the child's own words kept in the log. */
const MAX_LINE = 500;

/**
 * The embedded backend as a Node child of this process, supervised: started again after a crash with growing
 * waits, ended with its parent (the IPC channel breaks, and the child exits on that).
 * @param entry the built server, `out/server/server.js`
 * @param dataFolder where the backend keeps accounts and chats
 */
export function createNodeBackendProcess(options: {
  entry: string;
  dataFolder: string;
  clock: Clock;
  log: Logger;
}): BackendProcess {
  const log = options.log.with('backend');
  return createBackendSupervisor({ clock: options.clock, log, fork: () => start(options, log) });
}

function start(options: { entry: string; dataFolder: string }, log: Logger): ChildProcessPort {
  const child = fork(options.entry, ['--port', '0', '--data', options.dataFolder], {
    // Debugger and loader flags of this process are not the child's.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n'))
      if (line.trim() !== '') log.warn('the built-in server says', { line: line.slice(0, MAX_LINE) });
  });
  const exits: ((code: number) => void)[] = [];
  let ended: number | null = null;
  const end = (code: number): void => {
    if (ended !== null) return;
    ended = code;
    for (const listener of exits) listener(code);
  };
  child.once('exit', (code, signal) => {
    if (signal) log.warn('the built-in server was ended by a signal', { signal });
    end(code ?? 1);
  });
  // A file that cannot be started gives 'error' and no 'exit'.
  child.on('error', (error) => {
    log.error('the built-in server had a fault', { error: error.message });
    if (child.pid === undefined) end(1);
  });
  return {
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      if (ended === null) exits.push(listener);
      else listener(ended);
    },
    askToStop: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

import { utilityProcess } from 'electron';
import type { BackendProcess, Clock, Logger } from '../ports.ts';
import { createBackendSupervisor } from '../shell/backend-supervisor.ts';
import type { ChildProcessPort } from '../shell/backend-supervisor.ts';

/** The embedded backend in a utility process, supervised. To be started after `ready`. */
export function createElectronBackend(options: {
  clock: Clock;
  log: Logger;
  /** Absolute path of the built server. */
  entry: string;
  /** Where the backend keeps accounts and chats. */
  dataFolder: string;
}): BackendProcess {
  const log = options.log.with('server');
  const fork = (): ChildProcessPort => {
    const child = utilityProcess.fork(options.entry, ['--port', '0', '--data', options.dataFolder], {
      serviceName: 'Hark Server',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (piece: Buffer) => log.debug(piece.toString('utf8').trimEnd()));
    child.stderr?.on('data', (piece: Buffer) => log.warn(piece.toString('utf8').trimEnd()));
    child.on('error', (type, location) => log.error('the server process failed', { type, location }));
    return {
      onMessage: (listener) => void child.on('message', (message: unknown) => listener(message)),
      onExit: (listener) => void child.once('exit', (code) => listener(code)),
      askToStop: () => child.postMessage({ type: 'stop' }),
      kill: () => void child.kill(),
    };
  };
  return createBackendSupervisor({ clock: options.clock, fork, log });
}

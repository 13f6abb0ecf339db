import { EventEmitter } from 'node:events';
import { strict } from './missing.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

const handlers = new Map<string, Handler>();

class IpcMain extends EventEmitter {
  /** Docs: api/ipc-main: one handler per channel. */
  handle = (channel: string, handler: Handler): void => {
    // Electron's own words.
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  };
  handleOnce = (channel: string, handler: Handler): void =>
    this.handle(channel, (event, ...args) => {
      handlers.delete(channel);
      return handler(event, ...args);
    });
  removeHandler = (channel: string): void => void handlers.delete(channel);
}

export const ipcMain = strict('ipcMain', new IpcMain());

/** Brings a message of a page to its handler; resolves with the handler's answer. */
export async function dispatchIpc(
  kind: string,
  event: object,
  channel: string,
  args: unknown[],
): Promise<unknown> {
  if (kind === 'send') {
    ipcMain.emit(channel, event, ...args);
    return undefined;
  }
  const handler = handlers.get(channel);
  // Electron's own words.
  if (!handler) throw new Error(`No handler registered for '${channel}'`);
  return await handler(event, ...args);
}

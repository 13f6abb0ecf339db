import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent } from 'electron';
import type { Result } from '../../shared/result.ts';
import type { IpcContext, Logger } from '../ports.ts';
import { answerRequest } from '../shell/guards.ts';
import type { Sender } from '../shell/guards.ts';
import { REQUEST_CHANNEL } from '../shell/identity.ts';
import type { ElectronWindows } from './windows.ts';

function senderOf(event: IpcMainInvokeEvent, windows: ElectronWindows): Sender {
  const frame = event.senderFrame;
  return {
    window: windows.find(event.sender),
    frame: frame
      ? { url: frame.url, isMainFrame: frame.parent === null && frame === event.sender.mainFrame }
      : null,
  };
}

/** Opens the one request channel; the answer is always a Result. */
export function connectIpc(options: {
  windows: ElectronWindows;
  handle: (ctx: IpcContext, route: string, input: unknown) => Promise<Result<unknown>>;
  log: Logger;
}): void {
  ipcMain.handle(REQUEST_CHANNEL, (event, route: unknown, input: unknown) =>
    answerRequest({ sender: senderOf(event, options.windows), route, input }, options.handle, options.log),
  );
}

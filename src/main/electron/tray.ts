import path from 'node:path';
import { Tray, app, nativeImage } from 'electron';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { Logger } from '../ports.ts';
import { APP_NAME } from '../shell/identity.ts';
import { EMPTY_TRAY, trayAfter, trayIconFile, trayMenu, trayView } from '../shell/tray.ts';
import type { TrayIcon } from '../shell/tray.ts';
import { buildMenu } from './menu.ts';

/** The tray icon, the dock or launcher badge, and the taskbar mark, all after the same events. */
export function createTray(options: {
  /** Folder of the icons. */
  icons: string;
  log: Logger;
  actions: Parameters<typeof trayMenu>[1];
  markTaskbar: (image: Electron.NativeImage | null, words: string) => void;
}): { observe: <E extends IpcEventName>(event: E, data: IpcEvents[E]) => void; dispose: () => void } {
  const image = (icon: TrayIcon): Electron.NativeImage =>
    nativeImage.createFromPath(path.join(options.icons, trayIconFile(process.platform, icon)));
  const mark = nativeImage.createFromPath(path.join(options.icons, 'overlay-unread.png'));
  let state = EMPTY_TRAY;
  let shown = trayView(state, APP_NAME);
  let tray: Tray | null = null;
  try {
    tray = new Tray(image(shown.icon));
    tray.setToolTip(shown.tooltip);
    tray.setContextMenu(buildMenu(trayMenu(APP_NAME, options.actions)));
    // On macOS a click opens the menu; elsewhere it brings the window.
    if (process.platform !== 'darwin') tray.on('click', options.actions.open);
  } catch (error) {
    options.log.warn('this desktop shows no tray icon', { reason: String(error) });
  }
  return {
    observe: (event, data) => {
      state = trayAfter(state, event, data);
      const next = trayView(state, APP_NAME);
      if (next.icon !== shown.icon) tray?.setImage(image(next.icon));
      if (next.tooltip !== shown.tooltip) tray?.setToolTip(next.tooltip);
      if (next.badge !== shown.badge) {
        if (process.platform !== 'win32') app.setBadgeCount(next.badge);
        options.markTaskbar(next.badge > 0 ? mark : null, next.badge > 0 ? next.tooltip : '');
      }
      shown = next;
    },
    dispose: () => tray?.destroy(),
  };
}

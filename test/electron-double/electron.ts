/*
 * Stands in for the module `electron` of the main process. See test/README.md for what it does and does not do.
 * Electron's documentation is named beside each part as "Docs: <page>".
 */
import { app } from './host/app.ts';
import { BrowserWindow } from './host/browser-window.ts';
import { serveControl } from './host/control-server.ts';
import { ipcMain } from './host/ipc-main.ts';
import { Menu, MenuItem } from './host/menu.ts';
import { uncovered } from './host/missing.ts';
import { nativeImage } from './host/native-image.ts';
import { Notification } from './host/notification.ts';
import { protocol, session } from './host/session.ts';
import {
  clipboard,
  dialog,
  globalShortcut,
  net,
  powerMonitor,
  safeStorage,
  screen,
  shell,
} from './host/system.ts';
import { nativeTheme } from './host/theme.ts';
import { Tray } from './host/tray.ts';
import { utilityProcess } from './host/utility-process.ts';

const BaseWindow = uncovered('BaseWindow');
const BrowserView = uncovered('BrowserView');
const ImageView = uncovered('ImageView');
const MessageChannelMain = uncovered('MessageChannelMain');
const ShareMenu = uncovered('ShareMenu');
const TouchBar = uncovered('TouchBar');
const View = uncovered('View');
const WebContentsView = uncovered('WebContentsView');
const autoUpdater = uncovered('autoUpdater');
const contentTracing = uncovered('contentTracing');
const crashReporter = uncovered('crashReporter');
const desktopCapturer = uncovered('desktopCapturer');
const inAppPurchase = uncovered('inAppPurchase');
const netLog = uncovered('netLog');
const pushNotifications = uncovered('pushNotifications');
const systemPreferences = uncovered('systemPreferences');
const webContents = uncovered('webContents');
const webFrameMain = uncovered('webFrameMain');

export {
  BaseWindow,
  BrowserView,
  BrowserWindow,
  ImageView,
  Menu,
  MenuItem,
  MessageChannelMain,
  Notification,
  ShareMenu,
  TouchBar,
  Tray,
  View,
  WebContentsView,
  app,
  autoUpdater,
  clipboard,
  contentTracing,
  crashReporter,
  desktopCapturer,
  dialog,
  globalShortcut,
  inAppPurchase,
  ipcMain,
  nativeImage,
  nativeTheme,
  net,
  netLog,
  powerMonitor,
  protocol,
  pushNotifications,
  safeStorage,
  screen,
  session,
  shell,
  systemPreferences,
  utilityProcess,
  webContents,
  webFrameMain,
};
export default {
  app,
  ipcMain,
  shell,
  BrowserWindow,
  Menu,
  Notification,
  Tray,
  dialog,
  clipboard,
  nativeTheme,
  session,
};

Object.defineProperty(process, 'type', { value: 'browser' });
Object.defineProperty(process.versions, 'electron', { value: '0.0.0-double', enumerable: true });
serveControl();
// The rest of the app's own module is read before this runs.
setTimeout(() => {
  app._start().catch((error: unknown) => {
    console.error('The double could not start:', error);
    app.exit(70);
  });
}, 0);

import { app } from './app.ts';
import { allWindows, type BrowserWindow } from './browser-window.ts';
import { takeChannel } from './channel.ts';
import { runningChromium } from './engine.ts';
import { hand, type HandState } from './hand.ts';
import { clickMenu, clickPopup, describeMenu, describePopup } from './menu.ts';
import { DoubleEvent } from './missing.ts';
import { powerMonitor, pressShortcut } from './system.ts';
import { systemThemeChanged } from './theme.ts';
import { clickTray, clickTrayMenu, describeTray } from './tray.ts';

/** A window as a test sees it. */
export interface WindowFacts {
  id: number;
  /** Chromium's target, to find the page over connectOverCDP. */
  targetId: string;
  xid: number;
  title: string;
  /** As the main process sees it. */
  url: string;
  focused: boolean;
  visible: boolean;
  minimised: boolean;
  maximised: boolean;
  bounds: { x: number; y: number; width: number; height: number };
}

const windowOf = (id: number): BrowserWindow => {
  const window = allWindows().find((each) => each.id === id);
  if (!window) throw new Error(`There is no window ${id}.`);
  return window;
};

const factsOf = (window: BrowserWindow): WindowFacts => ({
  id: window.id,
  targetId: window._contents._targetId,
  xid: window._xid,
  title: window.getTitle(),
  url: window._contents.getURL(),
  focused: window.isFocused(),
  visible: window.isVisible(),
  minimised: window.isMinimized(),
  maximised: window.isMaximized(),
  bounds: window.getBounds(),
});

/** What a test may ask; the types of its side follow from these (control.ts). */
export const commands = {
  endpoint: async (): Promise<string> => {
    await app.whenReady();
    return runningChromium()?.endpoint ?? '';
  },
  windows: (): WindowFacts[] => allWindows().map(factsOf),
  /** The close button: `close`, which the host may refuse. */
  closeButton: (id: number): void => windowOf(id).close(),
  minimise: (id: number): void => windowOf(id).minimize(),
  /** The page's process ends. */
  crash: (id: number): void => windowOf(id).webContents.forcefullyCrashRenderer(),
  /** The main process sends to a page, past the app. */
  sendTo: (id: number, channel: string, ...args: unknown[]): void =>
    windowOf(id).webContents.send(channel, ...args),
  devToolsFocus: (id: number, focused: boolean): void => {
    const contents = windowOf(id)._contents;
    contents._devToolsFocused = focused;
    contents.emit(focused ? 'devtools-focused' : 'devtools-closed');
  },
  unresponsive: (id: number): void => void windowOf(id).emit('unresponsive'),
  menu: describeMenu,
  clickMenu: (...labels: string[]): void => clickMenu(labels),
  popup: describePopup,
  clickPopup: (...labels: string[]): void => clickPopup(labels),
  tray: describeTray,
  clickTray,
  clickTrayMenu: (...labels: string[]): void => clickTrayMenu(labels),
  pressShortcut,
  power: (event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' | 'shutdown'): void =>
    void powerMonitor.emit(event, new DoubleEvent()),
  openUrl: (url: string): void => void app.emit('open-url', new DoubleEvent(), url),
  activate: (): void => void app.emit('activate', new DoubleEvent(), false),
  quit: (): void => app.quit(),
  set: (state: Partial<HandState>): void => {
    const dark = hand.state.systemDark;
    Object.assign(hand.state, state);
    if (hand.state.systemDark !== dark) systemThemeChanged();
  },
  /** Runs the text of a function `(electron, argument) => value` in the main process; the value must be JSON. */
  evaluate: async (source: string, argument: unknown): Promise<unknown> => {
    const electron = (await import('../electron.ts')) as object;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- this is what the command is for
    const run = new Function(`return (${source})`)() as (electron: object, argument: unknown) => unknown;
    return await run(electron, argument);
  },
  notes: (): { what: string; value: unknown }[] => hand.notes,
};

export type Commands = typeof commands;

/** Listens for the test that started this process; without one there is nothing to do. */
export function serveControl(): void {
  const channel = takeChannel({
    message: (message) => void answer(message as { id: number; name: keyof Commands; args: unknown[] }),
    // The test is gone: nobody would end this process.
    disconnect: () => process.exit(1),
  });
  const answer = async ({
    id,
    name,
    args,
  }: {
    id: number;
    name: keyof Commands;
    args: unknown[];
  }): Promise<void> => {
    try {
      const run = commands[name] as (...given: unknown[]) => unknown;
      channel?.send({ id, ok: true, value: await run(...args) });
    } catch (error) {
      channel?.send({ id, ok: false, words: error instanceof Error ? error.message : String(error) });
    }
  };
}

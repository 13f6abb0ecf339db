import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Windows on this desktop are shown; on the next one they are hidden. See support/desktop.ts. */
const SHOWN = 0;
const HIDDEN = 1;

export const xdotool = async (...args: string[]): Promise<string> =>
  (await run('xdotool', args, { timeout: 10_000 })).stdout.trim();

export const xdotoolSync = (...args: string[]): string =>
  execFileSync('xdotool', args, { timeout: 10_000 }).toString().trim();

/** What the window manager says of a window. */
export interface XState {
  shown: boolean;
  minimised: boolean;
  maximised: boolean;
  fullscreen: boolean;
  /** What the window is called in its frame. */
  title: string;
}
export const UNKNOWN_STATE: XState = {
  shown: false,
  minimised: false,
  maximised: false,
  fullscreen: false,
  title: '',
};

/** A spy that has nothing to say would not notice that this process was killed; the kernel tells it. */
const TIED = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL'] : [];
const children = new Set<ChildProcess>();

/** Follows properties of a window (or the root) as `xprop -spy` prints them: all at first, then changes. */
function spy(
  target: string[],
  properties: string[],
  tell: (name: string, value: string) => void,
): () => void {
  const [command = '', ...args] = [...TIED, 'xprop', '-spy', '-notype', ...target, ...properties];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.add(child);
  let rest = '';
  child.on('error', () => undefined); // the double has told that X tools are missing before
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    let name = '';
    for (const line of lines) {
      const found = /^(\w+)(?:\(\w+\))?(?:: ?| = ?)(.*)$/.exec(line);
      if (found) {
        name = found[1] ?? '';
        tell(name, found[2] ?? '');
      } else if (name !== '') tell(name, line.trim());
    }
  });
  return () => {
    child.kill();
    children.delete(child);
  };
}

/** Ends all spies, for a process that is about to end. */
export function stopSpies(): void {
  for (const child of children) child.kill();
  children.clear();
}

/** Tells which window is active, by X id; 0 for none. */
export const watchActive = (tell: (xid: number) => void): (() => void) =>
  spy(['-root'], ['_NET_ACTIVE_WINDOW'], (_name, value) =>
    tell(Number(/(0x[0-9a-f]+)/.exec(value)?.[1] ?? 0)),
  );

/** Tells the state of one window, at first and whenever a part of it changes. */
export function watchState(xid: number, tell: (state: XState) => void): () => void {
  const state: XState = { ...UNKNOWN_STATE };
  return spy(['-id', String(xid)], ['_NET_WM_STATE', '_NET_WM_DESKTOP', '_NET_WM_NAME'], (name, value) => {
    // A window that goes loses its properties first: that is not news of its own.
    if (/not found|no such/.test(value)) return;
    if (name === '_NET_WM_DESKTOP') state.shown = value.trim() === String(SHOWN);
    else if (name === '_NET_WM_STATE') {
      // Not WM_STATE: that is Iconic on every desktop but the current one.
      state.minimised = value.includes('_NET_WM_STATE_HIDDEN');
      state.maximised = value.includes('MAXIMIZED_VERT') && value.includes('MAXIMIZED_HORZ');
      state.fullscreen = value.includes('FULLSCREEN');
    } else state.title = value.trim().replace(/^"|"$/g, '');
    tell({ ...state });
  });
}

/** The X window whose title holds this text. */
export async function findWindow(text: string): Promise<number> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await xdotool('search', '--name', text).catch(() => '');
    if (found !== '') return Number(found.split('\n').at(-1));
    await new Promise((done) => setTimeout(done, 15));
  }
  throw new Error('The X window of a BrowserWindow was not found.');
}

/** Onto the shown desktop, without focus. */
export const showWindow = (xid: number): Promise<unknown> =>
  xdotool('set_desktop_for_window', String(xid), String(SHOWN));

/** Off every screen; the window manager gives the focus to the next window. */
export const hideWindow = (xid: number): Promise<unknown> =>
  xdotool('set_desktop_for_window', String(xid), String(HIDDEN));

/**
 * Asks the window manager for the focus; it also brings a minimised window back. xdotool goes to the window's
 * desktop first, which would be the hidden one for a window that was hidden meanwhile: so it goes back after.
 */
export const activateWindow = (xid: number): Promise<unknown> =>
  xdotool('windowactivate', String(xid), 'set_desktop', String(SHOWN));
export const minimiseWindow = (xid: number): Promise<unknown> => xdotool('windowminimize', String(xid));
export const setTitle = (xid: number, title: string): Promise<unknown> =>
  xdotool('set_window', '--name', title, String(xid));

/** Size of the screen in pixels. */
export function screenSize(): { width: number; height: number } {
  const [width = 0, height = 0] = xdotoolSync('getdisplaygeometry').split(' ').map(Number);
  return { width, height };
}

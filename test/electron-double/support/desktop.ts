import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectBus } from './dbus.ts';
import { startNotificationDaemon, type NotificationDaemon } from './notification-daemon.ts';

const run = promisify(execFile);

/**
 * Windows of the double open on the second desktop and get no focus there: a BrowserWindow with show:false is
 * then truly on no screen, yet it paints, which `ready-to-show` needs. Showing one moves it to the first desktop.
 * No window gets the focus just by appearing, and the window manager has no keys of its own.
 */
const WINDOW_MANAGER = `<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
<focus><focusNew>no</focusNew><focusLast>yes</focusLast><followMouse>no</followMouse></focus>
<desktops><number>2</number><firstdesk>1</firstdesk><popupTime>0</popupTime></desktops>
<theme><animateIconify>no</animateIconify></theme>
<mouse><context name="Client"><mousebind button="Left" action="Press">
<action name="Focus"/><action name="Raise"/></mousebind></context></mouse>
<applications><application class="hark-double*" type="normal"><desktop>2</desktop><focus>no</focus></application>
</applications></openbox_config>`;

/** A desktop session of its own: screen, window manager, session bus, notifications. */
export interface Desktop {
  /** DISPLAY and DBUS_SESSION_BUS_ADDRESS. */
  environment: Record<string, string>;
  notifications: NotificationDaemon;
  /** Runs xdotool; rejects when it fails. */
  xdotool: (...args: string[]) => Promise<string>;
  /** X id of the window that has the focus, or null. */
  activeWindow: () => Promise<number | null>;
  activate: (xid: number) => Promise<void>;
  /** Gives the focus to a window of another program. */
  lookAway: () => Promise<void>;
  /** What a screen saver announces on the session bus. */
  setLocked: (locked: boolean) => Promise<void>;
  stop: () => void;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function start(command: string, args: string[], environment: Record<string, string>): ChildProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  child.on('error', () => undefined); // told by whoever waits for its line
  return child;
}

/** The first line a program writes to its third descriptor. */
async function firstLine(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.once('exit', (code) => reject(new Error(`${name} ended at once (${code ?? 'killed'}).`)));
    child.stdio[3]?.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
  });
}

export async function startDesktop(): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'hark-desktop-'));
  const children: ChildProcess[] = [];
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child);
    return child;
  };
  const screen = keep(
    start('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'], {}),
  );
  const bus = keep(start('dbus-daemon', ['--session', '--nofork', '--print-address=3'], {}));
  const [display, address] = await Promise.all([firstLine(screen, 'Xvfb'), firstLine(bus, 'dbus-daemon')]);
  const environment = { DISPLAY: `:${display}`, DBUS_SESSION_BUS_ADDRESS: address };
  const rules = join(folder, 'rc.xml');
  writeFileSync(rules, WINDOW_MANAGER);
  keep(start('openbox', ['--sm-disable', '--config-file', rules], environment));
  const notifications = await startNotificationDaemon(address);
  const signals = await connectBus(address);

  const tool = async (command: string, args: string[]): Promise<string> => {
    const options = { env: { ...process.env, ...environment }, timeout: 10_000 };
    return (await run(command, args, options)).stdout.trim();
  };
  const activeWindow = async (): Promise<number | null> => {
    const text = await tool('xprop', ['-root', '_NET_ACTIVE_WINDOW']);
    const id = Number(/# (0x[0-9a-f]+)/.exec(text)?.[1] ?? 0);
    return id === 0 ? null : id;
  };
  const until = async (what: string, isTrue: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await isTrue()) return;
      await wait(25);
    }
    const ended = children.filter((child) => child.exitCode !== null || child.signalCode !== null);
    const names = ended.map((child) => `${child.spawnfile} (${child.exitCode ?? child.signalCode ?? ''})`);
    throw new Error(
      `The window manager did not ${what} on :${display}. Ended: ${names.join(', ') || 'nothing'}.`,
    );
  };
  await until('start', async () =>
    /window id/.test(await tool('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK'])),
  );

  const activate = async (xid: number): Promise<void> => {
    await tool('xdotool', ['windowactivate', String(xid)]);
    await until('move the focus', async () => (await activeWindow()) === xid);
  };
  // It is there from the start: openbox leaves a stale active window behind when the last one goes.
  let foreign = 0;
  for (let tries = 0; foreign === 0; tries += 1) {
    if (tries > 20) throw new Error('The window manager shows no window.');
    // A window that asks to be shown while openbox is still starting may be forgotten: ask again.
    const other = start('xev', ['-name', 'Other work', '-geometry', '300x200+1200+700'], environment);
    for (let looks = 0; looks < 20 && foreign === 0; looks += 1) {
      await wait(25);
      const found = await tool('xdotool', ['search', '--onlyvisible', '--name', '^Other work$']).catch(
        () => '',
      );
      foreign = Number(found.split('\n')[0]);
    }
    if (foreign === 0) other.kill();
    else keep(other);
  }
  await activate(foreign);
  return {
    environment,
    notifications,
    xdotool: (...args) => tool('xdotool', args),
    activeWindow,
    activate,
    lookAway: () => activate(foreign),
    setLocked: async (locked) => {
      signals.signal(
        {
          path: '/org/freedesktop/ScreenSaver',
          interface: 'org.freedesktop.ScreenSaver',
          member: 'ActiveChanged',
        },
        'b',
        [locked],
      );
      // The bus keeps the order, so an answered call means the signal went out.
      await signals.call({
        destination: 'org.freedesktop.DBus',
        path: '/org/freedesktop/DBus',
        interface: 'org.freedesktop.DBus',
        member: 'GetId',
      });
    },
    stop: () => {
      notifications.stop();
      signals.close();
      for (const child of children.reverse()) child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

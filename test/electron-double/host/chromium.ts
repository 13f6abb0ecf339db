import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Cdp } from './cdp.ts';

export interface Chromium {
  cdp: Cdp;
  pid: number;
  /** For Playwright's connectOverCDP. */
  endpoint: string;
  close: () => Promise<void>;
}

/** The program itself and not Debian's shell script before it, so that signals reach it. */
const PROGRAMS = ['/usr/lib/chromium/chromium', '/usr/bin/chromium', '/usr/bin/google-chrome-stable'];
const CLOSE_LIMIT_MS = 2_000;
/** What Chromium would hand to other programs of the system; Electron asks the host first. */
const EXCLUDED_SCHEMES = ['mailto', 'tel', 'file', 'ms-msdt', 'smb', 'hark', 'hark-app'];

/** Starts a headed Chromium without any window, as the engine of one run of the double. */
export async function startChromium(folder: string): Promise<Chromium> {
  const profile = join(folder, 'Default');
  mkdirSync(profile, { recursive: true });
  const portFile = join(folder, 'DevToolsActivePort');
  // Left behind by a killed run: its lock would make Chromium hand over to a process that is gone.
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie'])
    rmSync(join(folder, name), { force: true });
  rmSync(portFile, { force: true });
  if (!existsSync(join(profile, 'Preferences')))
    writeFileSync(
      join(profile, 'Preferences'),
      JSON.stringify({
        protocol_handler: {
          excluded_schemes: Object.fromEntries(EXCLUDED_SCHEMES.map((name) => [name, true])),
        },
      }),
    );
  const program = process.env['HARK_DOUBLE_CHROMIUM'] ?? PROGRAMS.find((path) => existsSync(path));
  if (program === undefined) throw new Error('The double needs Chromium: none was found.');
  const child: ChildProcess = spawn(
    program,
    [
      `--user-data-dir=${folder}`,
      '--class=hark-double',
      '--remote-debugging-pipe',
      '--remote-debugging-port=0',
      '--no-startup-window',
      '--no-first-run',
      '--no-default-browser-check',
      '--no-service-autorun',
      '--disable-background-networking',
      '--disable-breakpad',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-dev-shm-usage',
      '--disable-extensions',
      '--disable-field-trial-config',
      '--disable-gpu',
      '--disable-popup-blocking',
      '--disable-session-crashed-bubble',
      '--disable-sync',
      '--hide-crash-restore-bubble',
      '--password-store=basic',
      // Per window in Electron (autoplayPolicy); Chromium knows it for the whole program only.
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=Translate,MediaRouter,DialMediaRouteProvider,OptimizationHints,GlobalMediaControls',
      // Chromium refuses its sandbox to root alone.
      ...(process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const cdp = new Cdp(child.stdio[3] as Writable, child.stdio[4] as Readable);
  await cdp.send('Browser.getVersion');
  const readPort = (): string[] => (existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n') : []);
  // Two lines, and not written at once.
  for (let tries = 0; tries < 1_000 && !readPort()[1]; tries += 1)
    await new Promise((done) => setTimeout(done, 10));
  const [port = '', path = ''] = readPort();
  return {
    cdp,
    pid: child.pid ?? 0,
    endpoint: `ws://127.0.0.1:${port}${path}`,
    close: async () => {
      cdp.send('Browser.close').catch(() => undefined); // it may be gone already
      const limit = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

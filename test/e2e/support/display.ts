import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A screen of its own: Xvfb with a window manager, so that focus is real and workers do not disturb each other. */
export interface Display {
  name: string;
  environment: Record<string, string>;
  stop: () => void;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Starts Xvfb on the first free display at or after `first`, and openbox on it. Throws when one of them is missing. */
export async function startDisplay(first: number): Promise<Display> {
  for (let number = first; number < first + 50; number += 1) {
    if (existsSync(`/tmp/.X${number}-lock`)) continue;
    const name = `:${number}`;
    const server = spawn('Xvfb', [name, '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
      stdio: 'ignore',
    });
    await started(server, 'Xvfb');
    if (!(await ready(name, server))) continue;
    const environment = { DISPLAY: name };
    const manager = spawn('openbox', ['--sm-disable'], {
      stdio: 'ignore',
      env: { ...process.env, ...environment },
    });
    await started(manager, 'openbox');
    for (let tries = 0; tries < 100 && !managed(name); tries += 1) await wait(50);
    return {
      name,
      environment,
      stop: () => {
        manager.kill('SIGTERM');
        server.kill('SIGTERM');
      },
    };
  }
  throw new Error('No free display number was found.');
}

async function started(child: ChildProcess, name: string): Promise<void> {
  await new Promise<void>((done, failed) => {
    child.once('spawn', done);
    child.once('error', () => failed(new Error(`${name} could not be started: npm test installs it.`)));
  });
}

async function ready(name: string, server: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.exitCode !== null) return false;
    if (existsSync(`/tmp/.X11-unix/X${name.slice(1)}`)) return true;
    await wait(50);
  }
  return false;
}

/** True once a window manager keeps track of the active window; before that xdotool can move no focus. */
function managed(name: string): boolean {
  const said = spawnSync('xdotool', ['getactivewindow'], {
    env: { ...process.env, DISPLAY: name },
    encoding: 'utf8',
  });
  return !said.stderr.includes('claims not to support');
}

/** Runs xdotool on a display; null when it fails, as it does when no window matches. */
export function xdotool(name: string, ...args: string[]): string | null {
  const said = spawnSync('xdotool', args, {
    env: { ...process.env, DISPLAY: name },
    encoding: 'utf8',
    timeout: 10_000,
  });
  return said.status === 0 ? said.stdout.trim() : null;
}

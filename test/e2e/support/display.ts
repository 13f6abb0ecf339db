import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** A screen of its own: Xvfb with a window manager, so that focus is real and workers do not disturb each other. */
export interface Display {
  name: string;
  environment: Record<string, string>;
  stop: () => void;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Starts Xvfb, which takes a free display number itself, and openbox on it. Throws when one of them does not run. */
export async function startDisplay(): Promise<Display> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  await started(server, 'Xvfb');
  // The number is written once the screen takes connections.
  const name = await new Promise<string>((done, failed) => {
    server.stdio[3]?.once('data', (number: Buffer) => done(`:${number.toString().trim()}`));
    server.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}.`)));
  });
  const environment = { DISPLAY: name };
  const manager = spawn('openbox', ['--sm-disable'], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  });
  await started(manager, 'openbox');
  for (let tries = 0; !managed(name); tries += 1) {
    if (tries > 200 || manager.exitCode !== null) throw new Error(`No window manager came up on ${name}.`);
    await wait(50);
  }
  return {
    name,
    environment,
    stop: () => {
      manager.kill('SIGTERM');
      server.kill('SIGTERM');
    },
  };
}

async function started(child: ChildProcess, name: string): Promise<void> {
  await new Promise<void>((done, failed) => {
    child.once('spawn', done);
    child.once('error', () => failed(new Error(`${name} could not be started: npm test installs it.`)));
  });
}

/** True once a window manager keeps track of the active window; before that xdotool can move no focus. */
function managed(name: string): boolean {
  const said = spawnSync('xdotool', ['getactivewindow'], {
    env: { ...process.env, DISPLAY: name },
    encoding: 'utf8',
  });
  return said.status === 0 || /XGetWindowProperty.*failed/.test(said.stderr);
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

import { join } from 'node:path';
import envPaths from 'env-paths';
import packageJson from '../../../package.json' with { type: 'json' };
import { USAGE, readOptions, type HostOptions } from './options.ts';
import { hasDisplay, openInSystem } from './desktop.ts';
import { startHost } from './host.ts';

/** Longest time for an orderly end: the App flushes for two seconds of it. */
const STOP_LIMIT_MS = 4_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Opens the address, or prints it where no browser can be opened. */
async function show(options: HostOptions, url: string): Promise<void> {
  if (options.printUrl) say(url);
  const display = hasDisplay(process.platform, process.env);
  if (options.openBrowser && display && (await openInSystem(url))) {
    say('Hark is open in your browser.');
    return;
  }
  if (options.openBrowser)
    say(
      display
        ? 'Your browser could not be opened from here.'
        : 'There is no display here, so no browser was opened.',
    );
  if (!options.printUrl) say(`Open this address, once, within five minutes: ${url}`);
}

async function main(): Promise<number | null> {
  const defaultProfile = envPaths('hark', { suffix: 'browser' }).data;
  const read = readOptions(process.argv.slice(2), process.env, defaultProfile);
  if (!read.ok) {
    complain(read.error.message);
    return 2;
  }
  const options = read.data;
  if (options.help) {
    say(USAGE);
    return 0;
  }
  const out = join(import.meta.dirname, '..');
  const started = await startHost({
    version: packageJson.version,
    profile: options.profile,
    port: options.port,
    rendererFolder: join(out, 'renderer'),
    serverEntry: join(out, 'server', 'server.js'),
  });
  if (!started.ok) {
    complain(started.error.message);
    return 1;
  }
  if ('runningAt' in started.data) {
    const { url, pid, origin } = started.data.runningAt;
    say(`Hark already runs with this profile (process ${pid}), at ${origin}.`);
    await show(options, url);
    return 0;
  }
  const host = started.data.host;

  let stopping = false;
  const stop = (code: number): void => {
    if (stopping) return;
    stopping = true;
    const timer = setTimeout(() => process.exit(code || 1), STOP_LIMIT_MS);
    host.stop().then(
      () => {
        clearTimeout(timer);
        process.exit(code);
      },
      (error: unknown) => {
        complain(`Hark did not stop in order: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  const fault = (error: unknown): void => {
    host.log.error('an unexpected fault ended the host', { error: String(error) });
    complain(`Hark met a fault it did not expect and ends. The log in ${host.logFolder} says more.`);
    stop(1);
  };
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);

  await show(options, host.openUrl());
  say(`Hark runs at ${host.origin}. Start it again for another window; Ctrl+C ends it.`);
  return null;
}

const code = await main();
if (code !== null) process.exit(code);

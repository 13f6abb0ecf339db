import { spawn } from 'node:child_process';
import {
  build,
  checkNode,
  ensureDependencies,
  environment,
  fetchElectron,
  findElectron,
  nodePath,
  root,
  say,
} from './lib/setup.mjs';

/*
 * `npm start`: installs what is missing, builds, opens Hark. `npm start -- --browser` asks for the browser host;
 * other arguments go to the host.
 */

checkNode();
await ensureDependencies();
await build();

const args = process.argv.slice(2);
const wanted = args.indexOf('--browser');
if (wanted !== -1) args.splice(wanted, 1);

/** Why the browser host opens instead of the desktop app, or null for the desktop app. */
async function reasonForBrowser() {
  if (wanted !== -1) return 'as asked';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display';
  if (findElectron()) return null;
  say("Getting Electron's runtime (once; about 120 MB) …");
  const cause = await fetchElectron();
  return cause && `Electron's runtime cannot be had (${cause})`;
}

/** Runs a host until it ends. Gives its exit code, how long it ran and, when `watch`, its last words of error. */
function runHost(command, commandArgs, watch) {
  const env = environment();
  // Set by some editors' terminals: Electron would then be a plain Node.
  delete env.ELECTRON_RUN_AS_NODE;
  return new Promise((done) => {
    const started = Date.now();
    let words = '';
    const child = spawn(command, commandArgs, {
      cwd: root,
      env,
      stdio: ['inherit', 'inherit', watch ? 'pipe' : 'inherit'],
    });
    child.stderr?.on('data', (part) => {
      words = `${words}${part}`.slice(-2_000);
      process.stderr.write(part);
    });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    // npm passes a signal on to its shell, which ends without telling anyone: an orphan ends its host.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.env.npm_lifecycle_event && process.ppid !== parent) forward('SIGTERM');
    }, 500);
    const end = (code, error) => {
      clearInterval(orphaned);
      for (const signal of signals) process.off(signal, forward);
      done({ code, ranMs: Date.now() - started, words: error ?? words.trim().split('\n').at(-1) ?? '' });
    };
    child.once('error', (error) => end(1, error.message));
    // "close" comes after the last words, and also after "error" where nothing was started.
    child.once('close', (code, signal) => end(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
  });
}

const runBrowserHost = (why) => {
  if (why) say(`Opening Hark in the browser instead of the desktop app: ${why}.`);
  return runHost(nodePath(), ['out/browser/main.js', ...args], false);
};

const reason = await reasonForBrowser();
let ended;
if (reason) {
  ended = await runBrowserHost(wanted === -1 ? reason : null);
} else {
  // Chromium refuses its sandbox to root alone.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  ended = await runHost(findElectron(), ['.', ...sandbox, ...args], true);
  // A runtime that cannot even start (libraries of the system missing, no such display) ends at once.
  if (ended.code !== 0 && ended.ranMs < 5_000)
    ended = await runBrowserHost(`Electron did not start (${ended.words || `exit code ${ended.code}`})`);
}
process.exitCode = ended.code;

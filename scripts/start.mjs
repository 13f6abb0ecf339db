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
function reasonForBrowser() {
  if (wanted !== -1) return 'as asked';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display';
  if (findElectron()) return null;
  say("Getting Electron's runtime (once; about 120 MB) …");
  const cause = fetchElectron();
  return cause && `Electron's runtime cannot be had (${cause})`;
}

const reason = reasonForBrowser();
if (reason && wanted === -1) say(`Opening Hark in the browser instead of the desktop app: ${reason}.`);
const child = reason
  ? spawn(nodePath(), ['out/browser/main.js', ...args], { cwd: root, env: environment(), stdio: 'inherit' })
  : // Chromium refuses its sandbox to root alone.
    spawn(findElectron(), ['.', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args], {
      cwd: root,
      env: environment(),
      stdio: 'inherit',
    });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  say(`Hark could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.once('exit', (code) => (process.exitCode = code ?? 1));

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * What `npm start` and `npm test` need before anything is installed. Runs on bare Node 20.19 or newer:
 * built-ins only.
 */

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const windows = process.platform === 'win32';

export const say = (line) => process.stdout.write(`${line}\n`);

/** Ends with words for a person. */
export function giveUp(words) {
  process.stderr.write(`\n${words}\n`);
  process.exit(1);
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    giveUp(
      `Hark needs Node 20.19 or newer to install itself; this is ${process.versions.node}. Get one from nodejs.org.`,
    );
}

/** npm's own Node 24, which everything but these scripts runs on. */
export const nodePath = () => join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node');

/** The environment of every child: Node 24 and the project's tools come first. */
export function environment(more = {}) {
  const PATH = [dirname(nodePath()), join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, PATH, ...more };
}

/** Runs a program, its output shown; resolves with its exit code (1 when it could not be started or was killed). */
export function run(command, args, { env = environment(), cwd = root, quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit'],
    });
    child.once('error', (error) => {
      if (!quiet) process.stderr.write(`${command}: ${error.message}\n`);
      done(1);
    });
    child.once('exit', (code) => done(code ?? 1));
  });
}

const STAMP = 'node_modules/.hark-installed';
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** Installs dependencies when they are missing or other than package-lock.json says. */
export async function ensureDependencies() {
  const stamp = join(root, STAMP);
  const wanted = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(nodePath())) return;
  say('Installing dependencies (once; about 500 MB, a minute or two on a usual line) …');
  // npm runs on the Node it came with: the one inside node_modules is about to be replaced.
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = npm
    ? await run(node, [npm, ...args], { env: process.env })
    : await run(windows ? 'npm.cmd' : 'npm', args, { env: process.env });
  if (code !== 0)
    giveUp(
      'The dependencies could not be installed. npm said why above; a proxy or no network is the usual cause.',
    );
  if (!existsSync(nodePath()))
    giveUp('npm installed no Node 24. Allow install scripts of the package "node" and try again.');
  writeFileSync(stamp, wanted);
}

/** Builds what is not up to date. */
export async function build() {
  if ((await run(nodePath(), ['scripts/build.ts'])) !== 0)
    giveUp('Hark could not be built; the reason is above.');
}

const onPath = (name) =>
  spawnSync(windows ? 'where' : 'which', [name], { encoding: 'utf8' })
    .stdout?.trim()
    .split('\n')[0] || null;

const SYSTEM_BROWSERS = {
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
};

async function playwrightBrowser() {
  const { chromium } = await import(pathToFileURL(join(root, 'node_modules/playwright/index.mjs')).href);
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : null;
}
function systemBrowser() {
  for (const name of SYSTEM_BROWSERS[process.platform] ?? []) {
    const path = name.includes('/') || name.includes('\\') ? (existsSync(name) ? name : null) : onPath(name);
    if (path) return path;
  }
  return null;
}

const mayInstall = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get') !== null;
let listsFresh = false;
async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!listsFresh) listsFresh = (await run('apt-get', ['-qq', 'update'], { env, quiet: true })) === 0;
  return (
    (await run('apt-get', ['-qq', '-y', 'install', '--no-install-recommends', ...packages], {
      env,
      quiet: true,
    })) === 0
  );
}

/** A browser for the tests: Playwright's own, else one of the system's, else installed. Gives its path. */
export async function ensureBrowser() {
  const there = process.env.HARK_CHROMIUM ?? (await playwrightBrowser()) ?? systemBrowser();
  if (there) return there;
  say('Getting a browser for the tests (once; about 150 MB) …');
  if (
    (await run(nodePath(), ['node_modules/playwright/cli.js', 'install', 'chromium'], { quiet: true })) === 0
  ) {
    const own = await playwrightBrowser();
    if (own) return own;
  }
  if (mayInstall()) {
    say("Playwright's own browser cannot be had here; installing Debian's chromium (a minute or two) …");
    if (await aptInstall(['chromium', 'fonts-dejavu-core'])) {
      const path = systemBrowser();
      if (path) return path;
    }
  }
  giveUp('No browser for the tests: install Chromium or Chrome, or set HARK_CHROMIUM to one.');
}

const DISPLAY_TOOLS = { Xvfb: 'xvfb', openbox: 'openbox', xdotool: 'xdotool' };

/** A screen with a window manager for specs about focus. False where this system has no such thing. */
export async function ensureDisplayTools() {
  if (process.platform !== 'linux') return false;
  const missing = Object.keys(DISPLAY_TOOLS).filter((name) => onPath(name) === null);
  if (missing.length === 0) return true;
  if (mayInstall()) {
    say(`Installing ${missing.join(', ')} for specs about focus (a minute) …`);
    if (await aptInstall(missing.map((name) => DISPLAY_TOOLS[name]))) return true;
  }
  giveUp(
    `The tests need ${missing.join(', ')}: install ${missing.map((name) => DISPLAY_TOOLS[name]).join(', ')} and run them again.`,
  );
}

const ELECTRON_PROGRAM = {
  linux: 'electron',
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** Electron's program where a runtime is, else null: node_modules/electron/dist or ELECTRON_OVERRIDE_DIST_PATH. */
export function findElectron() {
  const program = ELECTRON_PROGRAM[process.platform];
  for (const folder of [process.env.ELECTRON_OVERRIDE_DIST_PATH, join(root, 'node_modules/electron/dist')])
    if (folder && program && existsSync(join(folder, program))) return join(folder, program);
  return null;
}

/** Downloads Electron's runtime, which its package leaves for the first use. Gives null, or the cause. */
export function fetchElectron() {
  const fetched = spawnSync(nodePath(), ['node_modules/electron/install.js'], {
    cwd: root,
    env: environment(),
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  if (fetched.status === 0 && findElectron()) return null;
  const said = `${fetched.stderr ?? ''}${fetched.stdout ?? ''}`;
  const cause =
    /(?:code: '|\b)(E[A-Z_]{4,}|UND_ERR_[A-Z_]+|self-signed certificate|certificate has expired)/.exec(
      said,
    )?.[1];
  return cause ? `its download failed: ${cause}` : 'its download failed';
}

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** Is every package of package-lock.json there in its version? npm notes what it installed when it is done. */
function installed() {
  if (!existsSync(nodePath()) || !existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const there = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    // Optional ones are for other systems.
    ([path, wanted]) =>
      path === '' || there[path]?.version === wanted.version || (wanted.optional && !there[path]),
  );
}

/** Installs dependencies when they are missing or other than package-lock.json says. */
export async function ensureDependencies() {
  if (installed()) return;
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

/** A browser that is there may still lack libraries of the system: only one that starts counts. */
const starts = (path) =>
  windows ||
  spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore', env: process.env }).status === 0;

async function playwrightBrowser() {
  const { chromium } = await import(pathToFileURL(join(root, 'node_modules/playwright/index.mjs')).href);
  const path = chromium.executablePath();
  return path && existsSync(path) && starts(path) ? path : null;
}
function systemBrowser() {
  for (const name of SYSTEM_BROWSERS[process.platform] ?? []) {
    const path = name.includes('/') || name.includes('\\') ? (existsSync(name) ? name : null) : onPath(name);
    if (path && starts(path)) return path;
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
  // Three mirrors, five tries each: half a minute a try would be minutes where there is no network.
  const env = environment({ PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '5000' });
  await run(nodePath(), ['node_modules/playwright/cli.js', 'install', 'chromium'], { env, quiet: true });
  const own = await playwrightBrowser();
  if (own) return own;
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

/** A download that grows by nothing in this time is given up, ms. */
const STALLED_MS = 15_000;

function bytesUnder(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      bytes += entry.isDirectory() ? bytesUnder(path) : statSync(path).size;
    }
  } catch {
    // A folder being made or removed at this moment: looked at again in a second.
  }
  return bytes;
}

/** Why the place Electron comes from cannot be reached, in a word or two; null when it can. */
async function whyUnreachable() {
  const mirror =
    process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/';
  try {
    const { host, origin } = new URL(mirror);
    try {
      await fetch(origin, { method: 'HEAD', signal: AbortSignal.timeout(5_000) });
      return null;
    } catch (error) {
      return `${host}: ${error.cause?.code ?? error.name}`;
    }
  } catch {
    return 'ELECTRON_MIRROR is no address';
  }
}

/**
 * Downloads Electron's runtime, which its package leaves for the first use. Fails fast where there is no network:
 * it may take long, but not stand still. Gives null, or the cause.
 */
export async function fetchElectron() {
  const folder = mkdtempSync(join(tmpdir(), 'hark-electron-'));
  const watched = [folder, join(root, 'node_modules/electron/dist')];
  const proxied = Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name));
  const child = spawn(nodePath(), ['node_modules/electron/install.js'], {
    cwd: root,
    // The download goes to the temporary folder first: its growth is the progress.
    env: environment({
      TMPDIR: folder,
      TMP: folder,
      TEMP: folder,
      ...(proxied ? { ELECTRON_GET_USE_PROXY: 'true' } : {}),
    }),
    stdio: 'ignore',
  });
  let stalled = false;
  let bytes = 0;
  let moved = Date.now();
  const timer = setInterval(() => {
    const now = watched.reduce((sum, each) => sum + bytesUnder(each), 0);
    if (now !== bytes) moved = Date.now();
    bytes = now;
    if (Date.now() - moved < STALLED_MS) return;
    stalled = true;
    child.kill('SIGKILL');
  }, 1_000);
  await new Promise((done) => child.once('exit', done).once('error', done));
  clearInterval(timer);
  rmSync(folder, { recursive: true, force: true });
  if (!stalled && findElectron()) return null;
  const cause = (await whyUnreachable()) ?? (stalled ? 'no data came for 15 s' : null);
  return cause ? `its download failed, ${cause}` : 'its download failed';
}

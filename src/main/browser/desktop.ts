import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import open from 'open';
import type { Toaster } from '../ports.ts';

type Environment = Record<string, string | undefined>;

/** Can a program show a window here? On Linux a display is named in the environment. */
export function hasDisplay(platform: string, environment: Environment): boolean {
  if (platform !== 'linux') return true;
  const named = (name: string): boolean => (environment[name] ?? '') !== '';
  // Under WSL the browser is Windows's own and needs no display.
  return named('DISPLAY') || named('WAYLAND_DISPLAY') || named('WSL_DISTRO_NAME');
}

/** Hands an address or folder to the system's own program for it; false when that failed. */
export async function openInSystem(target: string): Promise<boolean> {
  if (!hasDisplay(process.platform, process.env)) return false;
  try {
    const launcher = await open(target);
    return await new Promise((resolve) => {
      // The launcher ends at once when it fails and hands over or stays when it works.
      const timer = setTimeout(() => resolve(true), 1_500);
      launcher.once('error', () => {
        clearTimeout(timer);
        resolve(false);
      });
      launcher.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code === 0 || code === null);
      });
      if (launcher.exitCode !== null) launcher.emit('exit', launcher.exitCode);
    });
  } catch {
    return false; // no program to hand it to: the caller prints the address instead
  }
}

/** The full path of a program on PATH; null when there is none. */
export function findProgram(name: string, environment: Environment): string | null {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      continue; // not in this folder
    }
  }
  return null;
}

const NO_TOASTS =
  'The browser host shows no notifications on this computer. Set a webhook, or use the desktop app, to be called.';

/**
 * Notifications through the desktop's own `notify-send` where there is one. What came of it is said
 * honestly: without it nothing is shown, and the words say so.
 */
export function createDesktopToaster(options: { platform: string; environment: Environment }): Toaster {
  const program = options.platform === 'linux' ? findProgram('notify-send', options.environment) : null;
  // Servers read some markup in the body.
  const plain = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    show: async ({ title, body }) => {
      if (!program) return { shown: false, words: NO_TOASTS };
      return new Promise((resolve) => {
        execFile(
          program,
          ['--app-name=Hark', '--', title, plain(body)],
          { timeout: 5_000 },
          (error, _out, err) => {
            if (!error) return resolve({ shown: true });
            const reason = err.trim().split('\n')[0] ?? '';
            resolve({
              shown: false,
              words: `The desktop did not show the notification${reason === '' ? '.' : `: ${reason}`}`,
            });
          },
        );
      });
    },
  };
}

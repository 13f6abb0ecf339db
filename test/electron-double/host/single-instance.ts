import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/*
 * One instance per user data folder. Electron's own rule (api/app, requestSingleInstanceLock) is synchronous on
 * both sides, so a lock file holds the first one's process id, and a second one leaves its arguments in a folder
 * the first one watches.
 */

interface Second {
  argv: string[];
  cwd: string;
  data: unknown;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

export function requestLock(
  folder: string,
  second: Second,
  told: (second: Second) => void,
): { release: () => void } | null {
  mkdirSync(folder, { recursive: true });
  const lock = path.join(folder, 'double.lock');
  const inbox = path.join(folder, 'double.second');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder > 0 && isAlive(holder)) {
      mkdirSync(inbox, { recursive: true });
      const name = path.join(inbox, `${process.pid}-${Date.now()}`);
      writeFileSync(`${name}.part`, JSON.stringify(second));
      renameSync(`${name}.part`, `${name}.json`);
      return null;
    }
    rmSync(lock, { force: true }); // left by a killed run
  }
  rmSync(inbox, { recursive: true, force: true });
  mkdirSync(inbox);
  const read = (): void => {
    for (const name of readdirSync(inbox).filter((each) => each.endsWith('.json'))) {
      const file = path.join(inbox, name);
      const text = readFileSync(file, 'utf8');
      unlinkSync(file);
      told(JSON.parse(text) as Second);
    }
  };
  const watcher = watch(inbox, read);
  watcher.unref();
  return {
    release: () => {
      watcher.close();
      rmSync(lock, { force: true });
    },
  };
}

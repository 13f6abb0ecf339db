import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../shared/result.ts';

/** Where the host keeps things inside its profile. */
export interface Profile {
  folder: string;
  /** The App's own data. */
  data: string;
  logs: string;
  /** The embedded backend's data. */
  server: string;
}

const REASONS: Record<string, string> = {
  ENOENT: 'that place takes no folders',
  EROFS: 'it is on a read-only file system',
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
};

/**
 * Makes the profile's folders (mode 0700) and proves that they can be written. Errors: STORAGE, with words
 * that say why and what to do.
 */
export function openProfile(folder: string): Result<Profile> {
  const profile: Profile = {
    folder,
    data: join(folder, 'data'),
    logs: join(folder, 'logs'),
    server: join(folder, 'server'),
  };
  try {
    for (const each of [profile.folder, profile.data, profile.logs, profile.server]) {
      makeFolder(each);
      // Permissions alone do not tell: a read-only mount or a full disk shows only when written to.
      const probe = join(each, `.write-${randomBytes(6).toString('hex')}`);
      writeFileSync(probe, 'x', { mode: 0o600 });
      rmSync(probe);
    }
    if (process.platform !== 'win32') chmodSync(profile.folder, 0o700);
    return ok(profile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const reason = REASONS[code] ?? `the system says ${code}`;
    return fail(
      'STORAGE',
      `Hark cannot keep its data in ${folder}: ${reason}. Make that folder writable, or choose another with --profile DIR.`,
      { details: { code } },
    );
  }
}

/** Makes a folder and its parents. Node's own recursive mkdir never returns on file systems such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder, { mode: 0o700 });
}

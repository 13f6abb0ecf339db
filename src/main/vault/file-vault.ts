import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Clock, Logger, Vault } from '../ports.ts';

const WORDS =
  'Secrets are kept encrypted in a file that only your account on this computer can read. ' +
  "It is not the system's keychain: the key lies beside it, so whoever can read your files can read them.";

interface Sealed {
  iv: string;
  tag: string;
  data: string;
}

interface VaultFile {
  version: 1;
  items: Record<string, Sealed>;
}

/**
 * A Vault in two files of `folder`, both mode 0600: `vault.key` (32 random bytes) and `vault.json`
 * (each secret under AES-256-GCM, bound to its name). Every write goes to a temporary file that is flushed and
 * renamed, so a crash at any moment leaves the old state or the new one. A file that cannot be read as what it
 * should be is put aside as `<file>.broken-<time>`; its secrets are then null, to be asked for again.
 */
export function createFileVault(options: { folder: string; clock: Clock; log: Logger }): Vault {
  const { folder, clock } = options;
  const log = options.log.with('vault');
  const keyFile = join(folder, 'vault.key');
  const dataFile = join(folder, 'vault.json');
  let state: { key: Buffer; file: VaultFile } | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  /** One at a time: two writers would each rename over the other's change. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.then(work, work);
    queue = next.catch(() => undefined);
    return next;
  };

  const putAside = async (file: string, why: string): Promise<void> => {
    const target = `${file}.broken-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`;
    await rename(file, target);
    log.error('vault file put aside', { file: basename(file), putAside: basename(target), why });
  };

  const load = async (): Promise<{ key: Buffer; file: VaultFile }> => {
    if (state) return state;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder))
      if (/^vault\.(key|json)\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(join(folder, name), { force: true });

    let key = await readOrNull(keyFile);
    const raw = await readOrNull(dataFile);
    if (key && key.length !== 32) {
      await putAside(keyFile, `the key has ${key.length} bytes instead of 32`);
      key = null;
    }
    let file: VaultFile | null = null;
    if (raw) {
      file = parseVault(raw);
      if (!file) await putAside(dataFile, 'not a vault file');
      else if (!key) {
        await putAside(dataFile, 'its key is missing');
        file = null;
      }
    }
    if (!key) {
      key = randomBytes(32);
      await writeDurably(keyFile, key); // before any secret is sealed with it
    }
    state = { key, file: file ?? { version: 1, items: {} } };
    return state;
  };

  const change = (edit: (items: Record<string, Sealed>, key: Buffer) => void): Promise<Result<null>> =>
    inTurn(async () => {
      try {
        const { key, file } = await load();
        const items = { ...file.items };
        edit(items, key);
        const next: VaultFile = { version: 1, items };
        await writeDurably(dataFile, JSON.stringify(next));
        state = { key, file: next };
        return ok(null);
      } catch (error) {
        log.error('vault could not be written', { error });
        const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
        return fail(
          'STORAGE',
          full
            ? 'The secret could not be stored: the disk is full. Free some space and save again.'
            : 'The secret could not be stored. Check that the data folder may be written, then save again.',
        );
      }
    });

  return {
    kind: 'file',
    words: WORDS,
    get: (name) =>
      inTurn(async () => {
        try {
          const { key, file } = await load();
          const sealed = Object.hasOwn(file.items, name) ? file.items[name] : undefined;
          return sealed ? unseal(key, name, sealed) : null;
        } catch (error) {
          log.error('secret could not be read', { error });
          return null;
        }
      }),
    set: (name, secret) => change((items, key) => void (items[name] = seal(key, name, secret))),
    delete: (name) => change((items) => void Reflect.deleteProperty(items, name)),
  };
}

function seal(key: Buffer, name: string, secret: string): Sealed {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return {
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
}

/** Throws when key, name or bytes do not belong together. */
function unseal(key: Buffer, name: string, sealed: Sealed): string {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.iv, 'base64'), {
    authTagLength: 16,
  })
    .setAAD(Buffer.from(name))
    .setAuthTag(Buffer.from(sealed.tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]).toString(
    'utf8',
  );
}

function parseVault(raw: Buffer): VaultFile | null {
  try {
    const value = JSON.parse(raw.toString('utf8')) as Partial<VaultFile> | null;
    if (value?.version !== 1 || typeof value.items !== 'object' || value.items === null) return null;
    const sound = Object.values(value.items).every(
      (item: unknown) =>
        typeof item === 'object' &&
        item !== null &&
        ['iv', 'tag', 'data'].every((field) => typeof (item as Record<string, unknown>)[field] === 'string'),
    );
    return sound ? { version: 1, items: value.items } : null;
  } catch {
    return null; // not JSON: the caller puts the file aside and says so
  }
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    const bytes = await readFile(file);
    // A file from a backup may have come back readable by others.
    if (process.platform !== 'win32') await chmod(file, 0o600);
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Temporary file, fsync, rename, fsync of the folder: the name always points to whole content. */
async function writeDurably(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (process.platform === 'win32') return; // folders cannot be opened for flushing there
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

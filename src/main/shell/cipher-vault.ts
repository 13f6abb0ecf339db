import type { VaultKind } from '../../shared/domain.ts';
import { fail, ok } from '../../shared/result.ts';
import type { Logger, SettingsStore, Vault } from '../ports.ts';

/** The system's own encryption, bound to the user's account. May reject at any time. */
export interface Cipher {
  encrypt: (plain: string) => Promise<Uint8Array>;
  /** `renew`: the key has changed and the secret should be encrypted again. */
  decrypt: (cipher: Uint8Array) => Promise<{ plain: string; renew: boolean }>;
}

/** Where secrets may be kept, from what the system says. Source: Electron's safeStorage documentation. */
export function chooseVault(system: {
  platform: string;
  available: boolean;
  /** Linux only: the password store in use. */
  backend: string | null;
}): { kind: VaultKind; words: string } {
  const { platform, available, backend } = system;
  // basic_text is a key known to everyone: plain text by another name.
  const plain =
    platform === 'linux' && (backend === 'basic_text' || backend === 'unknown' || backend === null);
  if (!available || plain) {
    const why =
      platform === 'linux'
        ? 'No keyring (GNOME Keyring or KWallet) is running'
        : 'The system’s key store cannot be used';
    return {
      kind: 'memory',
      words: `${why}, so passwords and webhook secrets are kept for this run only and must be entered again after a restart.`,
    };
  }
  const where =
    platform === 'darwin'
      ? 'a key in the macOS Keychain'
      : platform === 'win32'
        ? 'your Windows account (DPAPI)'
        : backend?.startsWith('kwallet') === true
          ? 'a key in KWallet'
          : 'a key in the system keyring';
  return { kind: 'keychain', words: `Passwords and webhook secrets are encrypted with ${where}.` };
}

/**
 * Secrets encrypted by the system, their ciphertext (base64) in a store of its own. A secret that cannot be
 * decrypted (another machine, another account, key gone) reads as null and stays stored: the key may come
 * back. Errors of `set` and `delete`: STORAGE.
 */
export function createCipherVault(options: {
  cipher: Cipher;
  store: Pick<SettingsStore, 'get' | 'set' | 'delete'>;
  words: string;
  log: Logger;
}): Vault {
  const { cipher, store, log } = options;
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

  const write = async (name: string, secret: string): Promise<void> => {
    const bytes = await cipher.encrypt(secret);
    store.set(name, Buffer.from(bytes).toString('base64'));
  };
  /** Encrypts again under the new key, unless the secret was changed meanwhile. */
  const renew = async (name: string, before: string, secret: string): Promise<void> => {
    try {
      const bytes = await cipher.encrypt(secret);
      if (store.get(name) === before) store.set(name, Buffer.from(bytes).toString('base64'));
    } catch (error) {
      log.warn('a secret could not be encrypted again', { reason: reasonOf(error) });
    }
  };
  return {
    kind: 'keychain',
    words: options.words,
    get: async (name) => {
      const stored = store.get(name);
      if (typeof stored !== 'string') return null;
      try {
        const { plain, renew: stale } = await cipher.decrypt(Buffer.from(stored, 'base64'));
        if (stale) await renew(name, stored, plain);
        return plain;
      } catch (error) {
        log.warn('a stored secret could not be decrypted', { reason: reasonOf(error) });
        return null;
      }
    },
    set: async (name, secret) => {
      try {
        await write(name, secret);
        return ok(null);
      } catch (error) {
        log.error('a secret could not be stored', { reason: reasonOf(error) });
        return fail(
          'STORAGE',
          'The secret could not be stored: the system’s key store or the disk refused it. Unlock the key store or free some space, then try again.',
        );
      }
    },
    delete: async (name) => {
      try {
        store.delete(name);
        return ok(null);
      } catch (error) {
        log.error('a secret could not be deleted', { reason: reasonOf(error) });
        return fail('STORAGE', 'The secret could not be deleted: the disk refused it. Try again.');
      }
    },
  };
}

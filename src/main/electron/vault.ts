import { safeStorage } from 'electron';
import type { Logger, SettingsStore, Vault } from '../ports.ts';
import { chooseVault, createCipherVault } from '../shell/cipher-vault.ts';
import type { Cipher } from '../shell/cipher-vault.ts';
import { memoryVault } from '../vault/memory-vault.ts';

const systemCipher: Cipher = {
  encrypt: (plain) => safeStorage.encryptStringAsync(plain),
  decrypt: async (cipher) => {
    const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(cipher));
    return { plain: result, renew: shouldReEncrypt };
  },
};

/** The vault this system can give, to be called after `ready`: encrypted by it, or for this run only. */
export async function createSafeStorageVault(options: { store: SettingsStore; log: Logger }): Promise<Vault> {
  const { store, log } = options;
  let available = false;
  try {
    available = await safeStorage.isAsyncEncryptionAvailable();
  } catch (error) {
    log.warn('the system’s key store could not be asked', { reason: String(error) });
  }
  const backend = process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : null;
  const choice = chooseVault({ platform: process.platform, available, backend });
  log.info('vault chosen', { kind: choice.kind, backend });
  return choice.kind === 'memory'
    ? { ...memoryVault(), words: choice.words }
    : createCipherVault({ cipher: systemCipher, store, words: choice.words, log });
}

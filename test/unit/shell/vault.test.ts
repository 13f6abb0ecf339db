import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { chooseVault, createCipherVault } from '../../../src/main/shell/cipher-vault.ts';
import type { Cipher } from '../../../src/main/shell/cipher-vault.ts';

describe('chooseVault', () => {
  it.each([
    ['darwin', true, null, 'keychain', 'Keychain'],
    ['win32', true, null, 'keychain', 'Windows account'],
    ['linux', true, 'gnome_libsecret', 'keychain', 'keyring'],
    ['linux', true, 'kwallet6', 'keychain', 'KWallet'],
    // A key that is the same everywhere protects nothing, whatever the system calls available.
    ['linux', true, 'basic_text', 'memory', 'this run only'],
    ['linux', true, 'unknown', 'memory', 'this run only'],
    ['linux', true, null, 'memory', 'this run only'],
    ['linux', false, 'gnome_libsecret', 'memory', 'this run only'],
    ['darwin', false, null, 'memory', 'this run only'],
  ] as const)('%s, available %s, %s: %s', (platform, available, backend, kind, words) => {
    const choice = chooseVault({ platform, available, backend });
    expect(choice.kind).toBe(kind);
    expect(choice.words).toContain(words);
  });
});

const turn = (text: string): string => Array.from(text).reverse().join('');

/** Turns bytes round under a key number, so that a change of key shows. */
function vaultOver(more: Partial<Cipher> = {}) {
  const items = new Map<string, unknown>();
  const log = memoryLog();
  const state = { key: 1, renew: false };
  const cipher: Cipher = {
    encrypt: async (plain) => Buffer.from(`${state.key}:${turn(plain)}`),
    decrypt: async (bytes) => {
      const [key, text = ''] = Buffer.from(bytes).toString().split(':');
      if (Number(key) > state.key) throw new Error('wrong key');
      return { plain: turn(text), renew: state.renew };
    },
    ...more,
  };
  const vault = createCipherVault({
    cipher,
    log,
    words: '',
    store: {
      get: (name) => items.get(name),
      set: (name, value) => void items.set(name, value),
      delete: (name) => void items.delete(name),
    },
  });
  return { vault, items, log, state };
}
const text = (log: ReturnType<typeof memoryLog>): string => JSON.stringify(log.entries);

describe('createCipherVault', () => {
  it('keeps ciphertext only, under names with dots in them', async () => {
    const { vault, items } = vaultOver();
    await vault.set('token.http://a.b', 'open sesame');
    expect(JSON.stringify([...items])).not.toContain('sesame');
    expect(await vault.get('token.http://a.b')).toBe('open sesame');
    await vault.delete('token.http://a.b');
    expect(await vault.get('token.http://a.b')).toBeNull();
    expect(items.size).toBe(0);
  });
  it('reads what cannot be decrypted as null and keeps it: the key may come back', async () => {
    const { vault, state } = vaultOver();
    state.key = 2;
    await vault.set('a', 'secret');
    state.key = 1;
    expect(await vault.get('a')).toBeNull();
    state.key = 2;
    expect(await vault.get('a')).toBe('secret');
  });
  it('encrypts again when the key has changed', async () => {
    const { vault, items, state } = vaultOver();
    await vault.set('a', 'secret');
    Object.assign(state, { key: 2, renew: true });
    expect(await vault.get('a')).toBe('secret');
    expect(Buffer.from(String(items.get('a')), 'base64').toString()).toMatch(/^2:/);
  });
  it('does not undo a change made while it encrypts again', async () => {
    const { vault, state } = vaultOver();
    await vault.set('a', 'old');
    state.renew = true;
    const reading = vault.get('a');
    await Promise.all([reading, vault.set('a', 'new')]);
    state.renew = false;
    expect(await vault.get('a')).toBe('new');
  });
  it('gives the secret although it cannot be encrypted again', async () => {
    let locked = false;
    const { vault, state } = vaultOver({
      encrypt: async (plain) => {
        if (locked) throw new Error('locked');
        return Buffer.from(`1:${turn(plain)}`);
      },
    });
    await vault.set('a', 'secret');
    locked = state.renew = true;
    expect(await vault.get('a')).toBe('secret');
  });
  it('gives a refusal as a value, with no secret in the log', async () => {
    const { vault, log } = vaultOver({
      encrypt: async (plain) => {
        throw new Error(`cannot encrypt ${plain}`);
      },
    });
    const stored = await vault.set('a', 'hunter2');
    expect(stored.ok ? null : stored.error.code).toBe('STORAGE');
    expect(text(log)).not.toContain('hunter2');
  });
});

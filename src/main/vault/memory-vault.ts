import { ok } from '../../shared/result.ts';
import type { Vault } from '../ports.ts';

/** A Vault that forgets everything when the process ends: tests, and machines where nothing may be written. */
export function memoryVault(initial: Record<string, string> = {}): Vault {
  const secrets = new Map(Object.entries(initial));
  return {
    kind: 'memory',
    words: 'Secrets are kept in memory only and are forgotten when Hark quits.',
    get: async (name) => secrets.get(name) ?? null,
    set: async (name, secret) => {
      secrets.set(name, secret);
      return ok(null);
    },
    delete: async (name) => {
      secrets.delete(name);
      return ok(null);
    },
  };
}

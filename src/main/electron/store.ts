import path from 'node:path';
import ElectronStore from 'electron-store';
import type { SettingsStore } from '../ports.ts';
import { putAsideBroken } from '../shell/put-aside.ts';

/**
 * A settings file `<folder>/<name>.json` kept by electron-store (written to a temporary file, then renamed).
 * Keys are whole names: a dot in one is no path. A broken file is put aside first.
 */
export function createElectronStore(options: { folder: string; name: string; now: number }): SettingsStore {
  const { folder, name, now } = options;
  const putAside = putAsideBroken(path.join(folder, `${name}.json`), now);
  const store = new ElectronStore<Record<string, unknown>>({
    cwd: folder,
    name,
    accessPropertiesByDotNotation: false,
    configFileMode: 0o600,
  });
  return {
    get: (key) => store.get(key),
    // Undefined has no JSON: it means the key goes.
    set: (key, value) => (value === undefined ? store.delete(key) : store.set(key, value)),
    delete: (key) => store.delete(key),
    putAside,
  };
}

import { join } from 'node:path';
import Conf from 'conf';
import type { SettingsStore } from '../ports.ts';
import { putAsideBroken } from '../shell/put-aside.ts';

/**
 * Settings in `<folder>/settings.json` (mode 0600, written whole by rename). A file that is no JSON object is put
 * aside as `settings.json.broken-<time>` and the store starts empty. `set` and `delete` throw what the disk throws.
 * @param now ms since epoch, for the name of a broken file
 */
export function openSettingsStore(folder: string, now: number): SettingsStore {
  const putAside = putAsideBroken(join(folder, 'settings.json'), now);
  const conf = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: 'settings',
    configFileMode: 0o600,
    // Keys are names, not paths: a dot in one must not make a tree.
    accessPropertiesByDotNotation: false,
  });
  return {
    get: (key) => conf.get(key),
    // Undefined has no JSON: it means the key goes.
    set: (key, value) => (value === undefined ? conf.delete(key) : conf.set(key, value)),
    delete: (key) => conf.delete(key),
    putAside,
  };
}

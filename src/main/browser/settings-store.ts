import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import type { SettingsStore } from '../ports.ts';

/**
 * Settings in `<folder>/settings.json` (mode 0600, written whole by rename). A file that is no JSON object is put
 * aside as `settings.json.broken-<time>` and the store starts empty. `set` and `delete` throw what the disk throws.
 * @param now ms since epoch, for the name of a broken file
 */
export function openSettingsStore(folder: string, now: number): SettingsStore {
  const file = join(folder, 'settings.json');
  let putAside: string | null = null;
  if (existsSync(file) && !isObject(readFileSync(file, 'utf8'))) {
    putAside = `${file}.broken-${new Date(now).toISOString().replaceAll(':', '-')}`;
    renameSync(file, putAside);
  }
  const conf = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: 'settings',
    fileExtension: 'json',
    configFileMode: 0o600,
    // Keys are names, not paths: a dot in one must not make a tree.
    accessPropertiesByDotNotation: false,
  });
  return {
    get: (key) => conf.get(key),
    set: (key, value) => conf.set(key, value),
    delete: (key) => conf.delete(key),
    putAside,
  };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // not JSON: put aside by the caller
  }
}

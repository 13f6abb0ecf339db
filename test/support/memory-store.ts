import type { SettingsStore } from '../../src/main/ports.ts';

/** A SettingsStore in memory; `data` is what would be in the file. */
export function memoryStore(
  data: Record<string, unknown> = {},
): SettingsStore & { data: Record<string, unknown> } {
  return {
    data,
    putAside: null,
    get: (key) => structuredClone(data[key]),
    set: (key, value) => {
      data[key] = structuredClone(value);
    },
    delete: (key) => {
      Reflect.deleteProperty(data, key);
    },
  };
}

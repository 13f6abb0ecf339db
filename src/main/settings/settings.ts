import * as z from 'zod';
import type { Settings } from '../../shared/domain.ts';
import type { Logger, SettingsStore } from '../ports.ts';

/** Version of the stored shape; raise it with a migration beside it. */
const SETTINGS_VERSION = 1;

const schema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  textSize: z.int().min(75).max(200).catch(100),
  sendWithEnter: z.boolean().catch(true),
  defaultModel: z.string().nullable().catch(null),
  activity: z
    .object({
      idleSeconds: z.int().min(0).max(86_400).catch(0),
      holdSeconds: z.int().min(0).max(30).catch(0),
    })
    .catch({ idleSeconds: 0, holdSeconds: 0 }),
  notifications: z
    .object({ toast: z.boolean().catch(true), sound: z.boolean().catch(false) })
    .catch({ toast: true, sound: false }),
});

/** A change: each group may be given in part. */
export type SettingsPatch = Partial<Omit<Settings, 'activity' | 'notifications'>> & {
  activity?: Partial<Settings['activity']>;
  notifications?: Partial<Settings['notifications']>;
};

export interface SettingsService {
  get: () => Settings;
  update: (patch: SettingsPatch) => Settings;
}

/**
 * Settings over a store. A stored value of the wrong shape falls back to its default, alone: one
 * bad field never costs the others. `onChange` is called after every update.
 */
export function createSettings(options: {
  store: SettingsStore;
  log: Logger;
  onChange: (settings: Settings) => void;
}): SettingsService {
  const { store, log } = options;
  const raw = store.get('settings');
  const stored = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? raw : {};
  const version = store.get('settingsVersion');
  if (typeof version === 'number' && version > SETTINGS_VERSION)
    log.warn('settings were written by a newer version; unknown ones are kept as they are', { version });
  let current = schema.parse(stored);

  return {
    get: () => current,
    update: (patch) => {
      current = {
        ...current,
        ...patch,
        activity: { ...current.activity, ...patch.activity },
        notifications: { ...current.notifications, ...patch.notifications },
      };
      // Keys this version does not know stay in the file.
      store.set('settings', { ...stored, ...current });
      store.set('settingsVersion', SETTINGS_VERSION);
      options.onChange(current);
      return current;
    },
  };
}

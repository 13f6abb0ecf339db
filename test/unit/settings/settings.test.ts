import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { createSettings } from '../../../src/main/settings/settings.ts';
import { memoryStore } from '../../support/memory-store.ts';

const make = (store: ReturnType<typeof memoryStore>) =>
  createSettings({ store, log: memoryLog(), onChange: () => undefined });

describe('settings', () => {
  it('one bad field falls back alone; the others stay', () => {
    const settings = make(
      memoryStore({
        settings: { theme: 'neon', textSize: 120, activity: { idleSeconds: -5, holdSeconds: 7 } },
      }),
    );
    expect(settings.get()).toMatchObject({
      theme: 'system',
      textSize: 120,
      activity: { idleSeconds: 0, holdSeconds: 7 },
      notifications: { toast: true, sound: false },
    });
  });

  it.each([['text'], [null], [42], [[]]])(
    'a stored value of a wild shape (%s) still gives settings',
    (wild) => {
      expect(make(memoryStore({ settings: wild })).get().theme).toBe('system');
    },
  );

  it('a change of one field in a group keeps its neighbours, and survives a restart', () => {
    const store = memoryStore();
    make(store).update({ activity: { holdSeconds: 5 } });
    make(store).update({ activity: { idleSeconds: 60 } });
    expect(make(store).get().activity).toEqual({ holdSeconds: 5, idleSeconds: 60 });
  });

  it('keys of a newer version are not lost by saving', () => {
    const store = memoryStore({ settings: { future: 'kept' }, settingsVersion: 1 });
    make(store).update({ theme: 'dark' });
    expect(store.data['settings']).toMatchObject({ future: 'kept', theme: 'dark' });
  });
});

import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../../src/shared/ipc/events.ts';
import { EMPTY_TRAY, trayAfter, trayIconFile, trayMenu, trayView } from '../../../src/main/shell/tray.ts';
import { recipients } from '../../../src/main/shell/recipients.ts';

type Step = { [E in IpcEventName]: [E, IpcEvents[E]] }[IpcEventName];

const run = (messageId: string, status: RunState['status']): Step => [
  'run.changed',
  { chatId: 'c', messageId, title: '', status, startedAt: 0, endedAt: null, error: null },
];
const looking = (active: boolean): Step => [
  'activity.changed',
  active ? { active, since: 0, words: '' } : { active, since: 0, reason: 'not_focused', words: '' },
];
const server = {
  id: '',
  url: '',
  name: '',
  version: null,
  embedded: true,
  onboarding: false,
  signupOpen: false,
};
const after = (...steps: Step[]) =>
  trayView(
    steps.reduce((state, [event, data]) => trayAfter(state, event, data), EMPTY_TRAY),
    'Hark',
  );

describe('the tray', () => {
  it.each<[string, Step[], string, number, string]>([
    ['is quiet at first', [], 'idle', 0, 'Hark'],
    ['says that an answer is on the way', [run('1', 'running')], 'idle', 0, 'Hark: 1 answer is on the way'],
    [
      'counts an answer nobody saw',
      [run('1', 'running'), run('1', 'done')],
      'unread',
      1,
      'Hark: 1 answer is ready',
    ],
    [
      'counts an answer once, however often it is told',
      [run('1', 'done'), run('1', 'done')],
      'unread',
      1,
      'Hark: 1 answer is ready',
    ],
    ['counts failures too', [run('1', 'done'), run('2', 'failed')], 'unread', 2, 'Hark: 2 answers are ready'],
    ['does not count what the user stopped', [run('1', 'running'), run('1', 'stopped')], 'idle', 0, 'Hark'],
    ['does not count what was watched', [looking(true), run('1', 'done')], 'idle', 0, 'Hark'],
    ['forgets when the user looks', [run('1', 'done'), looking(true), looking(false)], 'idle', 0, 'Hark'],
    [
      'says that the server is away',
      [['account.changed', { status: 'unreachable', server, words: '' }]],
      'paused',
      0,
      'Hark: the server cannot be reached',
    ],
    [
      'prefers the unread ones',
      [run('1', 'done'), ['account.changed', { status: 'unreachable', server, words: '' }]],
      'unread',
      1,
      'Hark: 1 answer is ready',
    ],
    [
      'forgets another account’s answers',
      [run('1', 'done'), ['account.changed', { status: 'signed_out', server }]],
      'paused',
      0,
      'Hark: you are signed out',
    ],
  ])('%s', (_name, steps, icon, badge, tooltip) => expect(after(...steps)).toEqual({ icon, badge, tooltip }));

  it('changes nothing for other events', () => {
    expect(trayAfter(EMPTY_TRAY, 'chats.changed', {})).toBe(EMPTY_TRAY);
  });
  it('names template images so that macOS knows them', () => {
    expect(trayIconFile('darwin', 'idle')).toMatch(/Template\.png$/);
  });
  it('can always be quit from its menu', () => {
    const pressed: string[] = [];
    const menu = trayMenu('Hark', {
      open: () => pressed.push('open'),
      newChat: () => pressed.push('new'),
      openSettings: () => pressed.push('settings'),
      quit: () => pressed.push('quit'),
    });
    for (const entry of menu) entry.click?.();
    expect(pressed).toEqual(['open', 'new', 'settings', 'quit']);
  });
});

describe('recipients', () => {
  const chat = { windowId: 'chat-1', role: 'chat' as const };
  const settings = { windowId: 'settings-2', role: 'settings' as const };
  it.each<[IpcEventName, string | null, { windowId: string; role: 'chat' | 'settings' }[], string[]]>([
    ['settings.changed', null, [settings, chat], ['settings-2', 'chat-1']],
    ['chat.stream', 'chat-1', [settings, chat], ['chat-1']],
    // A chime from two windows at once is heard as an echo.
    ['sound.play', null, [settings, chat], ['chat-1']],
    ['sound.play', null, [settings], ['settings-2']],
    ['sound.play', null, [], []],
    ['navigate', null, [settings, chat], ['chat-1']],
    ['navigate', null, [settings], []],
  ])('%s to %s', (event, to, open, expected) => expect([...recipients(event, to, open)]).toEqual(expected));
});

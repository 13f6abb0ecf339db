import { describe, expect, it } from 'vitest';
import { decide, type PolicyInput } from '../../../src/main/notify/policy.ts';
import { inQuietHours } from '../../../src/main/notify/quiet-hours.ts';
import type { ActivityState } from '../../../src/shared/domain.ts';

const NOW = Date.UTC(2026, 10, 24, 22, 30); // 23:30 in Berlin
const looking: ActivityState = { active: true, since: NOW - 60_000, words: '' };
const away: ActivityState = { active: false, since: NOW - 5_000, reason: 'not_focused', words: '' };
const input = (
  over: Partial<PolicyInput> = {},
  target: Partial<PolicyInput['target']> = {},
): PolicyInput => ({
  event: 'chat_response',
  activity: away,
  now: NOW,
  durationMs: 3000,
  holdSeconds: 0,
  ...over,
  target: {
    enabled: true,
    paused: null,
    events: ['chat_response'],
    when: { mode: 'away' },
    minAnswerSeconds: 0,
    quietHours: null,
    shelfLifeHours: 24,
    ...target,
  },
});
const berlin = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };

describe('decide', () => {
  const cases: [string, PolicyInput, string | number | undefined][] = [
    ['away: at once', input(), undefined],
    ['looking: not sent', input({ activity: looking }), 'you were looking'],
    ['looking, but always', input({ activity: looking }, { when: { mode: 'always' } }), undefined],
    [
      'always ignores the hold',
      input({ activity: looking, holdSeconds: 10 }, { when: { mode: 'always' } }),
      undefined,
    ],
    ['held', input({ holdSeconds: 10 }), NOW + 10_000],
    ['away long enough', input({}, { when: { mode: 'away_for', seconds: 5 } }), undefined],
    [
      'not away long enough: waits for the rest',
      input({}, { when: { mode: 'away_for', seconds: 60 } }),
      NOW + 55_000,
    ],
    [
      'away_for but looking',
      input({ activity: looking }, { when: { mode: 'away_for', seconds: 60 } }),
      'you were looking',
    ],
    ['event off', input({ event: 'chat_failed' }), 'off for this event'],
    ['target off', input({}, { enabled: false }), 'this target is switched off'],
    [
      'too quick an answer',
      input({ durationMs: 9_999 }, { minAnswerSeconds: 10 }),
      'the answer took less than 10 s',
    ],
    ['long enough an answer', input({ durationMs: 10_000 }, { minAnswerSeconds: 10 }), undefined],
    ['unknown duration is told', input({ durationMs: null }, { minAnswerSeconds: 10 }), undefined],
    ['quiet hours', input({}, { quietHours: berlin }), 'quiet hours (22:00 to 07:00)'],
    [
      'quiet hours in another zone',
      input({}, { quietHours: { ...berlin, timeZone: 'America/New_York' } }),
      undefined,
    ],
  ];
  it.each(cases)('%s', (_name, given, expected) => {
    const decision = decide(given);
    expect(decision.send ? decision.notBefore : decision.reason).toBe(expected);
    expect(decision.send).toBe(typeof expected !== 'string');
  });

  it('a notice expires after the target’s shelf life', () => {
    expect(decide(input({}, { shelfLifeHours: 2 })).expiresAt).toBe(NOW + 7_200_000);
  });
});

describe('inQuietHours', () => {
  const utc = (from: string, to: string) => ({ from, to, timeZone: 'UTC' });
  it.each([
    ['inside one day', utc('22:00', '23:00'), true],
    ['the end is outside', utc('22:00', '22:30'), false],
    ['the start is inside', utc('22:30', '23:00'), true],
    ['spans midnight', utc('22:00', '07:00'), true],
    ['spans midnight, outside', utc('23:00', '22:00'), false],
    ['equal ends: never quiet', utc('22:30', '22:30'), false],
  ])('%s', (_name, quiet, expected) => {
    expect(inQuietHours(quiet, NOW)).toBe(expected);
  });

  it('follows summer time of the zone', () => {
    const summer = Date.UTC(2026, 6, 1, 20, 30); // 22:30 in Berlin in summer
    expect(inQuietHours(berlin, summer)).toBe(true);
    expect(inQuietHours(berlin, Date.UTC(2026, 11, 1, 20, 30))).toBe(false); // 21:30 in winter
  });
});

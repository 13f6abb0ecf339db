import { describe, expect, test } from 'vitest';
import { dayGroup, duration, groupByDay, relativeTime } from '../../../../src/renderer/lib/time.ts';

const at = (year: number, month: number, day: number, hour = 12, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime();

describe('dayGroup goes by the local calendar, not by 24 hours', () => {
  const now = at(2026, 3, 15, 0, 30);
  test.each([
    ['this minute', now, 'Today'],
    ['just after midnight', at(2026, 3, 15, 0, 0), 'Today'],
    ['a minute before midnight', at(2026, 3, 14, 23, 59), 'Yesterday'],
    ['yesterday, 24.5 h ago', at(2026, 3, 14, 0, 0), 'Yesterday'],
    ['the day before', at(2026, 3, 13, 23, 59), 'Previous 7 days'],
    ['seven days before', at(2026, 3, 8, 0, 0), 'Previous 7 days'],
    ['eight days before', at(2026, 3, 7, 23, 59), 'Older'],
    ['last year', at(2025, 3, 15), 'Older'],
    ['a clock that runs ahead', now + 3_600_000, 'Today'],
  ])('%s', (_words, time, group) => {
    expect(dayGroup(time, now)).toBe(group);
  });
});

test('groups come newest first, keep their rows in order, and leave out empty days', () => {
  const now = at(2026, 3, 15);
  const row = (id: string, ms: number) => ({ id, updatedAt: ms / 1000 });
  const groups = groupByDay(
    [row('old', at(2020, 1, 1)), row('b', at(2026, 3, 15, 9)), row('a', at(2026, 3, 15, 8))],
    now,
  );
  expect(groups.map(({ group, rows }) => [group, rows.map((each) => each.id)])).toEqual([
    ['Today', ['b', 'a']],
    ['Older', ['old']],
  ]);
});

test.each([
  [-90_000, '1 minute ago'],
  [-4_000, 'just now'],
  [120_000, 'in 2 minutes'],
  [-26 * 3_600_000, 'yesterday'],
])('relativeTime of %i ms', (offset, words) => {
  expect(relativeTime(1_000_000_000_000 + offset, 1_000_000_000_000)).toBe(words);
});

test.each([
  [184.4, '184 ms'],
  [1_250, '1.3 s'],
])('duration of %d', (ms, words) => expect(duration(ms)).toBe(words));

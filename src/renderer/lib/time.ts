export type DayGroup = 'Today' | 'Yesterday' | 'Previous 7 days' | 'Older';

/** Start of the local day of `at`, `days` days before; days are not always 24 hours long. */
function dayStart(at: Date, days: number): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - days).getTime();
}

/** The heading a time falls under, by the local calendar. Both in ms since epoch. */
export function dayGroup(at: number, now: number): DayGroup {
  const today = new Date(now);
  if (at >= dayStart(today, 0)) return 'Today';
  if (at >= dayStart(today, 1)) return 'Yesterday';
  if (at >= dayStart(today, 7)) return 'Previous 7 days';
  return 'Older';
}

/** Groups rows by day, newest group first, rows in the order given. `updatedAt` in seconds. */
export function groupByDay<T extends { updatedAt: number }>(
  rows: readonly T[],
  now: number,
): { group: DayGroup; rows: T[] }[] {
  const groups = new Map<DayGroup, T[]>();
  for (const row of rows) {
    const group = dayGroup(row.updatedAt * 1000, now);
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [row]);
    else list.push(row);
  }
  return (['Today', 'Yesterday', 'Previous 7 days', 'Older'] as const).flatMap((group) => {
    const list = groups.get(group);
    return list === undefined ? [] : [{ group, rows: list }];
  });
}

/** "14:05", or "12 Mar, 14:05" on another day. ms since epoch. */
export function shortTime(at: number, now: number = Date.now()): string {
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (dayGroup(at, now) === 'Today' && at <= now + 86_400_000) return time;
  return `${new Date(at).toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${time}`;
}

/** Date, time and zone in full, for titles. */
export function fullTime(at: number): string {
  return new Date(at).toLocaleString([], { dateStyle: 'full', timeStyle: 'long' });
}

/** "3 minutes ago", "in 2 hours". ms since epoch. */
export function relativeTime(at: number, now: number = Date.now()): string {
  const seconds = Math.round((at - now) / 1000);
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'just now' : format.format(seconds, 'second');
}

/** "240 ms", "1.2 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

import type { QuietHours } from '../../shared/webhooks.ts';

const minutes = (hhmm: string): number => {
  const [h, m] = hhmm.split(':').map(Number);
  return (h ?? 0) * 60 + (m ?? 0);
};

/** True for a time zone this system knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Is `now` (ms since epoch) within the quiet hours, by the wall clock of their time zone?
 * `from` is inside, `to` is not; equal ends mean none. Hours that span midnight are understood.
 */
export function inQuietHours(quiet: QuietHours, now: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: isTimeZone(quiet.timeZone) ? quiet.timeZone : undefined,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
  const at = minutes(parts);
  const from = minutes(quiet.from);
  const to = minutes(quiet.to);
  return from <= to ? at >= from && at < to : at >= from || at < to;
}

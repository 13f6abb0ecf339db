import type { TargetInput } from '../../shared/ipc/routes.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import type { TargetView } from '../../shared/webhooks.ts';

/** The editor's state: what is typed, numbers still as text. */
export interface TargetForm {
  name: string;
  url: string;
  kind: TargetInput['kind'];
  enabled: boolean;
  events: EventName[];
  when: TargetInput['when']['mode'];
  awayFor: string;
  privacy: TargetInput['privacy'];
  minAnswerSeconds: string;
  quiet: boolean;
  quietFrom: string;
  quietTo: string;
  timeZone: string;
  shelfLifeHours: string;
  headers: { name: string; value: string; stored: boolean }[];
  options: Record<string, string>;
  caPem: string;
}

/** This computer's time zone, an IANA name. */
export const localTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The form for a stored target, or for a new one with the usual choices. */
export function toForm(target: TargetView | null): TargetForm {
  const quiet = target?.quietHours ?? null;
  return {
    name: target?.name ?? '',
    url: '',
    kind: target?.kindChosen === true ? target.kind : null,
    enabled: target?.enabled ?? true,
    events: target?.events ?? ['chat_response', 'chat_failed', 'chat_needs_input'],
    when: target?.when.mode ?? 'away',
    awayFor: target?.when.mode === 'away_for' ? String(target.when.seconds) : '60',
    privacy: target?.privacy ?? 'full',
    minAnswerSeconds: String(target?.minAnswerSeconds ?? 0),
    quiet: quiet !== null,
    quietFrom: quiet?.from ?? '22:00',
    quietTo: quiet?.to ?? '07:00',
    timeZone: quiet?.timeZone ?? localTimeZone(),
    shelfLifeHours: String(target?.shelfLifeHours ?? 24),
    headers: (target?.headerNames ?? []).map((name) => ({ name, value: '', stored: true })),
    options: { ...target?.options },
    caPem: target?.caPem ?? '',
  };
}

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** Words for numbers that are none; the main process checks everything else. */
export function formErrors(form: TargetForm): Partial<Record<keyof TargetForm, string>> {
  const errors: Partial<Record<keyof TargetForm, string>> = {};
  const min = number(form.minAnswerSeconds);
  if (!(min >= 0 && min <= 86_400)) errors.minAnswerSeconds = 'Enter seconds from 0 to 86,400.';
  const shelf = number(form.shelfLifeHours);
  if (!(shelf >= 0.05 && shelf <= 720)) errors.shelfLifeHours = 'Enter hours from 0.05 to 720.';
  const away = number(form.awayFor);
  if (form.when === 'away_for' && !(Number.isInteger(away) && away >= 1 && away <= 86_400)) {
    errors.awayFor = 'Enter whole seconds from 1 to 86,400.';
  }
  return errors;
}

/** What is sent to save: an empty URL keeps the stored one, an untouched stored header its value. */
export function toInput(form: TargetForm, id: string | null): TargetInput {
  return {
    id,
    name: form.name.trim(),
    url: form.url.trim() === '' ? null : form.url.trim(),
    kind: form.kind,
    enabled: form.enabled,
    events: form.events,
    when:
      form.when === 'away_for' ? { mode: 'away_for', seconds: number(form.awayFor) } : { mode: form.when },
    privacy: form.privacy,
    minAnswerSeconds: number(form.minAnswerSeconds),
    quietHours: form.quiet
      ? { from: form.quietFrom, to: form.quietTo, timeZone: form.timeZone.trim() }
      : null,
    shelfLifeHours: number(form.shelfLifeHours),
    headers: form.headers.map(({ name, value, stored }) => ({
      name: name.trim(),
      value: stored && value === '' ? null : value,
    })),
    options: Object.fromEntries(Object.entries(form.options).filter(([, value]) => value.trim() !== '')),
    caPem: form.caPem.trim() === '' ? null : form.caPem,
  };
}

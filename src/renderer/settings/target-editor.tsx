import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { CHAT_EVENTS } from '../../shared/webhook-events.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import { PRIVACY_LEVELS, RECEIVER_KINDS } from '../../shared/webhooks.ts';
import type { ReceiverKind, TargetView } from '../../shared/webhooks.ts';
import { useAct } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { EVENT_LABELS, PRIVACY_LABELS, RECEIVER_LABELS } from '../lib/labels.ts';
import { INCLUDABLE, RECEIVER_OPTIONS } from '../lib/receiver-options.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { SelectField, TextArea, TextField, fieldError } from '../ui/field.tsx';
import { SwitchRow } from '../ui/switch-row.tsx';
import { SigningSecret } from './signing-secret.tsx';
import { formErrors, localTimeZone, toForm, toInput } from './target-form.ts';
import type { TargetForm } from './target-form.ts';
import { TargetPreview } from './target-preview.tsx';

type Set = (part: Partial<TargetForm>) => void;

function EventsChoice({ form, set, admin }: { form: TargetForm; set: Set; admin: boolean }) {
  const events: EventName[] =
    admin || form.events.includes('new_user') ? [...CHAT_EVENTS, 'new_user'] : [...CHAT_EVENTS];
  return (
    <fieldset className="choice wide">
      <legend>Tell of</legend>
      {events.map((event) => (
        <label key={event} className="check-row">
          <input
            type="checkbox"
            checked={form.events.includes(event)}
            onChange={(change) =>
              set({
                events: change.target.checked
                  ? [...form.events, event]
                  : form.events.filter((other) => other !== event),
              })
            }
          />
          {EVENT_LABELS[event]}
        </label>
      ))}
    </fieldset>
  );
}

function IncludeChoice({ form, set }: { form: TargetForm; set: Set }) {
  const chosen = (form.options['include'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return (
    <fieldset className="choice wide">
      <legend>Also send</legend>
      {INCLUDABLE.map(([name, words]) => (
        <label key={name} className="check-row">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={(change) => {
              const next = change.target.checked
                ? [...chosen, name]
                : chosen.filter((other) => other !== name);
              set({ options: { ...form.options, include: next.join(',') } });
            }}
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

function HeadersPart({ form, set, error }: { form: TargetForm; set: Set; error: string | null }) {
  const change = (at: number, part: Partial<TargetForm['headers'][number]>): void =>
    set({ headers: form.headers.map((header, index) => (index === at ? { ...header, ...part } : header)) });
  return (
    <div className="field wide" role="group" aria-label="Extra headers">
      <span className="legend">Extra headers</span>
      {form.headers.map((header, at) => (
        <div className="row" key={at}>
          <input
            className="input"
            aria-label={`Header ${at + 1} name`}
            placeholder="Authorization"
            value={header.name}
            maxLength={128}
            onChange={(event) => change(at, { name: event.target.value, stored: false })}
          />
          <input
            className="input"
            aria-label={`Header ${at + 1} value`}
            placeholder={header.stored ? 'stored – type to replace' : 'value'}
            value={header.value}
            maxLength={4096}
            onChange={(event) => change(at, { value: event.target.value })}
          />
          <IconButton
            label={`Remove header ${at + 1}`}
            onClick={() => set({ headers: form.headers.filter((_, index) => index !== at) })}
          >
            <X size={16} />
          </IconButton>
        </div>
      ))}
      {error !== null && (
        <div className="field-error" role="alert">
          {error}
        </div>
      )}
      <div>
        <Button
          small
          disabled={form.headers.length >= 20}
          onClick={() => set({ headers: [...form.headers, { name: '', value: '', stored: false }] })}
        >
          <Plus size={14} aria-hidden="true" /> Add header
        </Button>
      </div>
    </div>
  );
}

function QuietPart({ form, set, error }: { form: TargetForm; set: Set; error: string | null }) {
  return (
    <>
      <div className="wide">
        <SwitchRow
          label="Quiet hours"
          hint="In these hours this target is not called."
          checked={form.quiet}
          onChange={(quiet) => set({ quiet })}
        />
      </div>
      {form.quiet && (
        <>
          <TextField
            label="From"
            type="time"
            value={form.quietFrom}
            onChange={(event) => set({ quietFrom: event.target.value })}
          />
          <TextField
            label="To"
            type="time"
            value={form.quietTo}
            onChange={(event) => set({ quietTo: event.target.value })}
          />
          <TextField
            label="Time zone"
            hint={`Such as ${localTimeZone()}.`}
            value={form.timeZone}
            onChange={(event) => set({ timeZone: event.target.value })}
            error={error}
          />
        </>
      )}
    </>
  );
}

/** Every choice of one target, with what would be sent below. */
export function TargetEditor({
  target,
  admin,
  onClose,
}: {
  target: TargetView | null;
  admin: boolean;
  onClose: () => void;
}) {
  const [form, setForm] = useState(() => toForm(target));
  const [tried, setTried] = useState(false);
  const save = useAct('target.save');
  const set: Set = (part) => setForm((before) => ({ ...before, ...part }));
  const errors = formErrors(form);
  const shownErrors = tried ? errors : {};
  const error = (field: string): string | null => fieldError(save.error, field);
  const kind: ReceiverKind | null = form.kind ?? (form.url.trim() === '' ? (target?.kind ?? null) : null);
  const options = kind === null ? [] : (RECEIVER_OPTIONS[kind] ?? []);
  // A required option of a kind that only follows from the typed URL has no field yet: its error stands at the end.
  const known = [
    'url',
    'headers',
    'quietHours',
    'caPem',
    'name',
    'events',
    ...options.map((o) => `options.${o.name}`),
  ];
  const field = save.error?.field;
  const elsewhere =
    save.error !== null && !known.some((name) => field === name || field?.startsWith(`${name}.`) === true);

  const submit = async (): Promise<void> => {
    setTried(true);
    if (Object.keys(errors).length > 0) return;
    const result = await save.run(toInput(form, target?.id ?? null));
    if (!result.ok) return;
    flash(`“${result.data.name}” was saved.`);
    onClose();
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="fields">
        <TextField
          label="Target name"
          value={form.name}
          maxLength={80}
          placeholder="Such as: phone"
          onChange={(event) => set({ name: event.target.value })}
          error={error('name')}
        />
        <SelectField
          label="Kind"
          options={[
            ['', 'By its address'] as const,
            ...RECEIVER_KINDS.map((each) => [each, RECEIVER_LABELS[each]] as const),
          ]}
          value={form.kind ?? ''}
          onValue={(value) => set({ kind: value === '' ? null : value })}
        />
        <div className="wide">
          <TextField
            label="Address"
            type="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={target === null ? 'https://…' : `${target.urlMasked} – type to replace`}
            value={form.url}
            onChange={(event) => set({ url: event.target.value })}
            error={error('url')}
          />
        </div>
        {options.map((option) => (
          <TextField
            key={option.name}
            label={option.label}
            hint={option.hint}
            value={form.options[option.name] ?? ''}
            maxLength={400}
            onChange={(event) => set({ options: { ...form.options, [option.name]: event.target.value } })}
            error={error(`options.${option.name}`)}
          />
        ))}
        <EventsChoice form={form} set={set} admin={admin} />
        <SelectField
          label="When"
          options={[
            ['away', 'Only while I am away'],
            ['away_for', 'Only after I was away for some time'],
            ['always', 'Always'],
          ]}
          value={form.when}
          onValue={(when) => set({ when })}
        />
        {form.when === 'away_for' && (
          <TextField
            label="Away for, seconds"
            inputMode="numeric"
            value={form.awayFor}
            onChange={(event) => set({ awayFor: event.target.value })}
            error={shownErrors.awayFor}
          />
        )}
        <SelectField
          label="Privacy"
          options={PRIVACY_LEVELS.map((level) => [level, PRIVACY_LABELS[level]] as const)}
          value={form.privacy}
          onValue={(privacy) => set({ privacy })}
        />
        <div className="wide">
          <SwitchRow label="On" checked={form.enabled} onChange={(enabled) => set({ enabled })} />
        </div>
      </div>
      <details>
        <summary>More choices</summary>
        <div className="fields more-choices">
          <TextField
            label="Only answers that took at least, seconds"
            inputMode="decimal"
            value={form.minAnswerSeconds}
            onChange={(event) => set({ minAnswerSeconds: event.target.value })}
            error={shownErrors.minAnswerSeconds}
          />
          <TextField
            label="Give up after, hours"
            hint="A notice older than this is no longer sent."
            inputMode="decimal"
            value={form.shelfLifeHours}
            onChange={(event) => set({ shelfLifeHours: event.target.value })}
            error={shownErrors.shelfLifeHours}
          />
          <QuietPart form={form} set={set} error={error('quietHours')} />
          <IncludeChoice form={form} set={set} />
          <HeadersPart form={form} set={set} error={error('headers')} />
          <div className="wide">
            <TextArea
              label="Certificate authority (PEM)"
              hint="Trusted for this target beside the system’s own, for servers with a private certificate."
              rows={3}
              spellCheck={false}
              placeholder="-----BEGIN CERTIFICATE-----"
              value={form.caPem}
              onChange={(event) => set({ caPem: event.target.value })}
              error={error('caPem')}
            />
          </div>
        </div>
        {target !== null && <SigningSecret target={target} />}
      </details>
      <TargetPreview
        input={Object.keys(errors).length === 0 ? toInput(form, target?.id ?? null) : null}
        events={form.events}
      />
      {(elsewhere || (tried && Object.keys(errors).length > 0)) && (
        <p className="field-error" role="alert">
          {elsewhere ? save.error?.message : 'Some numbers above are not right yet.'}
        </p>
      )}
      <div className="dialog-buttons">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.busy}>
          Save
        </Button>
      </div>
    </form>
  );
}

import { useState } from 'react';
import type { Settings, User } from '../../shared/domain.ts';
import { useAct, useAsk } from '../lib/client.tsx';
import { TextField, fieldError } from '../ui/field.tsx';
import { Section } from '../ui/pane.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';
import { SwitchRow } from '../ui/switch-row.tsx';
import { TargetList } from './target-list.tsx';

/** A number of seconds, saved when the field is left or Enter is pressed. */
function SecondsField({
  label,
  hint,
  value,
  max,
  error,
  onSave,
}: {
  label: string;
  hint: string;
  value: number;
  max: number;
  error: string | null;
  onSave: (seconds: number) => void;
}) {
  const [text, setText] = useState(String(value));
  const [refused, setRefused] = useState<string | null>(null);
  const save = (): void => {
    const seconds = Number(text);
    if (text.trim() === '' || !Number.isInteger(seconds) || seconds < 0 || seconds > max) {
      setRefused(`Enter whole seconds from 0 to ${max.toLocaleString('en')}.`);
      return;
    }
    setRefused(null);
    if (seconds !== value) onSave(seconds);
  };
  return (
    <TextField
      label={label}
      hint={hint}
      inputMode="numeric"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
      }}
      error={refused ?? error}
    />
  );
}

function ActivityPart({ settings }: { settings: Settings }) {
  const update = useAct('settings.update');
  const activity = useAsk('activity.get', {}).data;
  const fieldOf = (name: string): string | null => fieldError(update.error, `activity.${name}`);
  return (
    <Section title="When you count as away">
      <p>
        Hark calls only while you are not looking: no window of Hark has focus, all are hidden or minimised,
        or the screen is locked. Losing focus counts at once. If Hark cannot tell, it calls.
      </p>
      <p className="card" role="status">
        Now: {activity?.words ?? 'asking…'}
      </p>
      <div className="fields">
        <SecondsField
          key={`hold-${settings.activity.holdSeconds}`}
          label="Hold a call, seconds"
          hint="0 calls at once. Coming back in this time cancels the call."
          max={30}
          value={settings.activity.holdSeconds}
          error={fieldOf('holdSeconds')}
          onSave={(holdSeconds) => void update.run({ activity: { holdSeconds } })}
        />
        <SecondsField
          key={`idle-${settings.activity.idleSeconds}`}
          label="Away after idle, seconds"
          hint="Without key or mouse for this long counts as away, even with focus. 0 is off."
          max={86_400}
          value={settings.activity.idleSeconds}
          error={fieldOf('idleSeconds')}
          onSave={(idleSeconds) => void update.run({ activity: { idleSeconds } })}
        />
      </div>
      {update.error !== null && update.error.field === undefined && (
        <p className="field-error" role="alert">
          {update.error.message}
        </p>
      )}
    </Section>
  );
}

/** On this computer, when you count as away, and who else is told. */
export function Notifications({ user }: { user: User }) {
  const settings = useAsk('settings.get', {});
  const update = useAct('settings.update');
  if (settings.data === undefined) {
    if (settings.error === null) return <Loading />;
    return (
      <div className="page">
        <FailurePanel
          error={settings.error.error}
          busy={settings.isFetching}
          onRetry={() => void settings.refetch()}
        />
      </div>
    );
  }
  const { notifications } = settings.data;
  return (
    <div className="page">
      <h1>Notifications</h1>
      <Section title="On this computer">
        <SwitchRow
          label="Show a notification"
          hint="When an answer is ready and you are not looking. Clicking it opens the chat."
          checked={notifications.toast}
          onChange={(toast) => void update.run({ notifications: { toast } })}
        />
        <SwitchRow
          label="Play a sound"
          checked={notifications.sound}
          onChange={(sound) => void update.run({ notifications: { sound } })}
        />
        {update.error !== null && (
          <p className="field-error" role="alert">
            {update.error.message}
          </p>
        )}
      </Section>
      <ActivityPart settings={settings.data} />
      <TargetList admin={user.role === 'admin'} />
    </div>
  );
}

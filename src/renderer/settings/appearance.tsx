import type { ThemeChoice } from '../../shared/domain.ts';
import { useAct, useAsk } from '../lib/client.tsx';
import { SelectField, fieldError } from '../ui/field.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];
const SIZES = [75, 90, 100, 110, 125, 150, 175, 200];

/** How Hark looks, and which key sends. */
export function Appearance() {
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
  const now = settings.data;
  const sizes = SIZES.includes(now.textSize) ? SIZES : [...SIZES, now.textSize].sort((a, b) => a - b);
  return (
    <div className="page">
      <h1>Appearance</h1>
      <div className="fields">
        <SelectField
          label="Theme"
          options={THEMES}
          value={now.theme}
          onValue={(theme) => void update.run({ theme })}
          error={fieldError(update.error, 'theme', true)}
        />
        <SelectField
          label="Text size"
          options={sizes.map((size) => [String(size), `${size} %`] as const)}
          value={String(now.textSize)}
          onValue={(size) => void update.run({ textSize: Number(size) })}
          error={fieldError(update.error, 'textSize')}
        />
        <SelectField
          label="Send with"
          options={[
            ['enter', 'Enter (Shift+Enter for a new line)'],
            ['ctrl', 'Ctrl+Enter or ⌘+Enter (Enter for a new line)'],
          ]}
          value={now.sendWithEnter ? 'enter' : 'ctrl'}
          onValue={(key) => void update.run({ sendWithEnter: key === 'enter' })}
          error={fieldError(update.error, 'sendWithEnter')}
        />
      </div>
    </div>
  );
}

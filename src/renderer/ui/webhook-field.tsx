import { useState } from 'react';
import type { ReactNode } from 'react';
import type { AppError, Result } from '../../shared/result.ts';
import type { ReceiverKind, TestOutcome } from '../../shared/webhooks.ts';
import { RECEIVER_LABELS } from '../lib/labels.ts';
import { Button } from './button.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { TestCard } from './test-card.tsx';

/** What is stored, masked; the whole URL never reaches a window again. */
export interface StoredWebhook {
  urlMasked: string;
  kind: string;
  warnings: readonly string[];
}

/**
 * One webhook address: typed, tested and saved here. A stored one is shown masked, with Replace.
 * Errors of Save and Test stand beside the field, in the words of the main process.
 */
export function WebhookField({
  label,
  hint,
  stored,
  note = null,
  onSave,
  onTest,
}: {
  label: string;
  hint: ReactNode;
  stored: StoredWebhook | null;
  /** Words about where the stored address comes from. */
  note?: string | null;
  /** An empty URL removes it. */
  onSave: (url: string) => Promise<Result<unknown>>;
  /** Tests the typed URL, or the stored one when none is given. */
  onTest: (url: string | undefined) => Promise<Result<TestOutcome>>;
}) {
  const [typed, setTyped] = useState('');
  const [replacing, setReplacing] = useState(false);
  const [doing, setDoing] = useState<'save' | 'test' | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [outcome, setOutcome] = useState<TestOutcome | null>(null);
  const [said, setSaid] = useState('');
  const [removing, setRemoving] = useState(false);
  const masked = stored !== null && !replacing;
  const url = typed.trim();

  const emptyError = (words: string): void => setError({ code: 'VALIDATION_FAILED', message: words });
  const save = async (): Promise<void> => {
    setSaid('');
    if (url === '')
      return emptyError('Enter the address of your webhook, such as https://hooks.example.com/…');
    setDoing('save');
    const result = await onSave(url);
    setDoing(null);
    setError(result.ok ? null : result.error);
    if (!result.ok) return;
    setTyped('');
    setReplacing(false);
    setSaid('Saved.');
  };
  const test = async (): Promise<void> => {
    setSaid('');
    setOutcome(null);
    if (!masked && url === '') return emptyError('Enter the address to test first.');
    setDoing('test');
    const result = await onTest(masked ? undefined : url);
    setDoing(null);
    setError(result.ok ? null : result.error);
    if (result.ok) setOutcome(result.data);
  };
  const remove = async (): Promise<AppError | null> => {
    const result = await onSave('');
    if (!result.ok) return result.error;
    setTyped('');
    setReplacing(false);
    setOutcome(null);
    setError(null);
    setSaid('Removed.');
    return null;
  };

  const kind = stored === null ? '' : (RECEIVER_LABELS[stored.kind as ReceiverKind] ?? stored.kind);
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!masked) void save();
      }}
    >
      <TextField
        label={label}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="https://…"
        readOnly={masked}
        value={masked ? stored.urlMasked : typed}
        title={masked ? stored.urlMasked : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          setError(null);
          setSaid('');
        }}
        error={error?.message}
        hint={note ?? hint}
      />
      <div className="row wrap">
        {masked && (
          <Button
            onClick={() => {
              setReplacing(true);
              setError(null);
              setOutcome(null);
            }}
          >
            Replace
          </Button>
        )}
        {!masked && (
          <Button type="submit" look="primary" busy={doing === 'save'} disabled={doing !== null}>
            Save
          </Button>
        )}
        <Button busy={doing === 'test'} disabled={doing !== null} onClick={() => void test()}>
          Test
        </Button>
        {stored !== null && (
          <Button look="danger" disabled={doing !== null} onClick={() => setRemoving(true)}>
            Remove
          </Button>
        )}
        {replacing && (
          <Button
            look="quiet"
            onClick={() => {
              setReplacing(false);
              setTyped('');
              setError(null);
            }}
          >
            Keep the old one
          </Button>
        )}
        {masked && <span className="chip good">{kind}</span>}
        <span className="small muted" role="status">
          {doing === 'test' ? 'Sending a test…' : said}
        </span>
      </div>
      {masked &&
        stored.warnings.map((warning) => (
          <p key={warning} className="card warn small">
            {warning}
          </p>
        ))}
      {outcome !== null && <TestCard outcome={outcome} />}
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title="Remove this webhook?"
        confirm="Remove"
        onConfirm={remove}
      >
        Nobody is called there any more. Hark keeps no copy of the address.
      </ConfirmDialog>
    </form>
  );
}

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Connection } from '../../shared/domain.ts';
import { useAct, useAsk, useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog, FormDialog } from '../ui/dialog.tsx';
import { TextField, fieldError } from '../ui/field.tsx';
import { Section } from '../ui/pane.tsx';
import { FailurePanel } from '../ui/states.tsx';
import { SwitchRow } from '../ui/switch-row.tsx';

const modelWords = (models: readonly string[]): string =>
  models.length === 0
    ? 'It answers, but offers no model.'
    : `It answers, with ${models.length} ${models.length === 1 ? 'model' : 'models'}: ${models.slice(0, 5).join(', ')}${models.length > 5 ? ' …' : ''}`;

function ConnectionForm({ stored, onClose }: { stored: Connection | null; onClose: () => void }) {
  const [url, setUrl] = useState(stored?.url ?? '');
  const [key, setKey] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const save = useAct('admin.save_connection');
  const verify = useAct('admin.verify_connection');
  // Empty keeps a stored key, and is no key for a new connection.
  const typedKey = key === '' ? (stored === null ? '' : null) : key;
  const submit = async (): Promise<void> => {
    verify.clear();
    const result = await save.run({ url: url.trim(), key: typedKey, enabled: stored?.enabled ?? true });
    if (result.ok) onClose();
  };
  const check = async (): Promise<void> => {
    save.clear();
    setSaid(null);
    const result = await verify.run({ url: url.trim(), key: typedKey });
    if (result.ok) setSaid(modelWords(result.data.models));
  };
  const error = save.error ?? verify.error;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label="API address"
        type="url"
        spellCheck={false}
        autoComplete="off"
        placeholder="https://api.example.com/v1"
        hint="The base address of an OpenAI-compatible API, most end in /v1."
        readOnly={stored !== null}
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        error={fieldError(error, 'url', true)}
      />
      <TextField
        label="Key"
        type="password"
        autoComplete="off"
        placeholder={stored?.hasKey === true ? 'stored – type to replace' : 'none'}
        value={key}
        onChange={(event) => setKey(event.target.value)}
        error={fieldError(error, 'key')}
      />
      {said !== null && (
        <p className="card good" role="status">
          {said}
        </p>
      )}
      <div className="dialog-buttons">
        <Button busy={verify.busy} disabled={url.trim() === ''} onClick={() => void check()}>
          Verify
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.busy} disabled={url.trim() === ''}>
          Save
        </Button>
      </div>
    </form>
  );
}

function ConnectionRow({
  connection,
  onEdit,
  onChanged,
}: {
  connection: Connection;
  onEdit: () => void;
  onChanged: () => void;
}) {
  const bridge = useBridge();
  const [removing, setRemoving] = useState(false);
  const verify = useAct('admin.verify_connection');
  const save = useAct('admin.save_connection');
  const { url } = connection;
  const check = async (): Promise<void> => {
    const result = await verify.run({ url, key: null });
    flash(result.ok ? modelWords(result.data.models) : result.error.message, result.ok ? 'plain' : 'bad');
  };
  const turn = async (enabled: boolean): Promise<void> => {
    const result = await save.run({ url, key: null, enabled });
    if (!result.ok) flash(result.error.message, 'bad');
    onChanged();
  };
  return (
    <li className="list-row">
      <div className="grow">
        <SwitchRow
          label={url}
          hint={
            connection.discovered
              ? 'Found on this computer'
              : connection.hasKey
                ? 'With a stored key'
                : 'Without a key'
          }
          checked={connection.enabled}
          disabled={save.busy}
          onChange={(enabled) => void turn(enabled)}
        />
      </div>
      <div className="row wrap">
        <Button small busy={verify.busy} onClick={() => void check()} aria-label={`Verify ${url}`}>
          Verify
        </Button>
        {!connection.discovered && (
          <>
            <Button small onClick={onEdit} aria-label={`Edit ${url}`}>
              Edit
            </Button>
            <Button small look="danger" onClick={() => setRemoving(true)} aria-label={`Remove ${url}`}>
              Remove
            </Button>
          </>
        )}
      </div>
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title="Remove this connection?"
        confirm="Remove"
        onConfirm={async () => {
          const result = await bridge.request('admin.delete_connection', { url });
          if (!result.ok) return result.error;
          onChanged();
          return null;
        }}
      >
        The models of {url} are no longer offered, and its key is deleted.
      </ConfirmDialog>
    </li>
  );
}

/** Where models come from: endpoints added by hand, and those found on this computer. */
export function Connections() {
  const list = useAsk('admin.list_connections', {});
  const [editing, setEditing] = useState<Connection | 'new' | null>(null);
  const refresh = (): void => void list.refetch();
  return (
    <Section
      title="Connections"
      aside={
        <Button small onClick={() => setEditing('new')}>
          <Plus size={16} aria-hidden="true" /> Add connection
        </Button>
      }
    >
      <p className="muted">
        OpenAI-compatible endpoints that serve models. Ollama, LM Studio and llama.cpp on this computer are
        found by themselves.
      </p>
      {list.error !== null && (
        <FailurePanel error={list.error.error} busy={list.isFetching} onRetry={refresh} />
      )}
      {list.data?.length === 0 && <p className="muted">None yet: only the built-in demo model answers.</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <ul className="list" aria-label="Connections">
          {list.data.map((connection) => (
            <ConnectionRow
              key={connection.url}
              connection={connection}
              onEdit={() => setEditing(connection)}
              onChanged={refresh}
            />
          ))}
        </ul>
      )}
      <FormDialog
        open={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === 'new' ? 'Add connection' : 'Edit connection'}
      >
        {editing !== null && (
          <ConnectionForm
            stored={editing === 'new' ? null : editing}
            onClose={() => {
              setEditing(null);
              refresh();
            }}
          />
        )}
      </FormDialog>
    </Section>
  );
}

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { TargetView, TestOutcome } from '../../shared/webhooks.ts';
import { useAsk, useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { EVENT_LABELS, RECEIVER_LABELS } from '../lib/labels.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog, FormDialog } from '../ui/dialog.tsx';
import { Section } from '../ui/pane.tsx';
import { FailurePanel } from '../ui/states.tsx';
import { TestCard } from '../ui/test-card.tsx';
import { TargetEditor } from './target-editor.tsx';

function TargetRow({
  target,
  onEdit,
  onChanged,
}: {
  target: TargetView;
  onEdit: () => void;
  onChanged: () => void;
}) {
  const bridge = useBridge();
  const [outcome, setOutcome] = useState<TestOutcome | null>(null);
  const [testing, setTesting] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const test = async (): Promise<void> => {
    setTesting(true);
    const result = await bridge.request('target.test', { id: target.id });
    setTesting(false);
    if (result.ok) setOutcome(result.data);
    else flash(result.error.message, 'bad');
  };
  const resume = async (): Promise<void> => {
    const result = await bridge.request('target.resume', { id: target.id });
    if (!result.ok) flash(result.error.message, 'bad');
    onChanged();
  };
  const name = target.name || RECEIVER_LABELS[target.kind];
  return (
    <li>
      <div className="list-row">
        <div className="grow">
          <div className="row wrap">
            <strong className="ellipsis" title={name}>
              {name}
            </strong>
            <span className="chip">{RECEIVER_LABELS[target.kind]}</span>
            {!target.enabled && <span className="chip warn">Off</span>}
            {target.paused !== null && <span className="chip bad">Paused</span>}
          </div>
          <div className="small muted ellipsis" title={target.urlMasked}>
            {target.urlMasked}
          </div>
          <div className="small muted">{target.events.map((event) => EVENT_LABELS[event]).join(' · ')}</div>
        </div>
        <div className="row wrap">
          {target.paused !== null && (
            <Button small onClick={() => void resume()} aria-label={`Resume ${name}`}>
              Resume
            </Button>
          )}
          <Button small busy={testing} onClick={() => void test()} aria-label={`Test ${name}`}>
            Test
          </Button>
          <Button small onClick={onEdit} aria-label={`Edit ${name}`}>
            Edit
          </Button>
          <Button small look="danger" onClick={() => setDeleting(true)} aria-label={`Delete ${name}`}>
            Delete
          </Button>
        </div>
        {target.paused !== null && <p className="field-error">{target.paused.words}</p>}
        {target.warnings.map((warning) => (
          <p key={warning} className="small muted">
            {warning}
          </p>
        ))}
      </div>
      {outcome !== null && (
        <div className="delivery-body">
          <TestCard outcome={outcome} />
        </div>
      )}
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete the target “${name}”?`}
        confirm="Delete"
        onConfirm={async () => {
          const result = await bridge.request('target.delete', { id: target.id });
          if (!result.ok) return result.error;
          onChanged();
          return null;
        }}
      >
        Nobody is called there any more. What still waits to be sent there is cancelled.
      </ConfirmDialog>
    </li>
  );
}

/** All targets, the Notification Webhook among them, with every choice they have. */
export function TargetList({ admin }: { admin: boolean }) {
  const targets = useAsk('target.list', {});
  const [editing, setEditing] = useState<TargetView | 'new' | null>(null);
  return (
    <Section
      title="More targets"
      aside={
        <Button small onClick={() => setEditing('new')}>
          <Plus size={16} aria-hidden="true" /> Add target
        </Button>
      }
    >
      <p className="muted">
        Besides the Notification Webhook any number of targets can be told, each with its own events, hours
        and privacy.
      </p>
      {targets.error !== null && (
        <FailurePanel
          error={targets.error.error}
          busy={targets.isFetching}
          onRetry={() => void targets.refetch()}
        />
      )}
      {targets.data?.length === 0 && <p className="muted">No target is set yet.</p>}
      {targets.data !== undefined && targets.data.length > 0 && (
        <ul className="list" aria-label="Targets">
          {targets.data.map((target) => (
            <TargetRow
              key={target.id}
              target={target}
              onEdit={() => setEditing(target)}
              onChanged={() => void targets.refetch()}
            />
          ))}
        </ul>
      )}
      <FormDialog
        open={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === 'new' ? 'Add target' : 'Edit target'}
        wide
      >
        {editing !== null && (
          <TargetEditor
            target={editing === 'new' ? null : editing}
            admin={admin}
            onClose={() => {
              setEditing(null);
              void targets.refetch();
            }}
          />
        )}
      </FormDialog>
    </Section>
  );
}

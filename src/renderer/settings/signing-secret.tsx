import { useState } from 'react';
import type { TargetView } from '../../shared/webhooks.ts';
import { useAct } from '../lib/client.tsx';
import { fullTime } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';

/** Makes, rotates and removes a target's signing key. The key is shown once. */
export function SigningSecret({ target }: { target: TargetView }) {
  const rotate = useAct('target.rotate_secret');
  const remove = useAct('target.remove_secret');
  const [signing, setSigning] = useState(target.signing);
  const [secret, setSecret] = useState<string | null>(null);
  const now = useNow(60_000);
  const [removing, setRemoving] = useState(false);
  const make = async (): Promise<void> => {
    const result = await rotate.run({ id: target.id });
    if (!result.ok) return;
    setSecret(result.data.secret);
    setSigning(result.data.target.signing);
  };
  return (
    <div className="stack" role="group" aria-label="Signing">
      <div className="row wrap">
        <div className="grow">
          <span className="legend">Signing</span>
          <div className="field-hint">
            {signing.enabled
              ? 'Every call is signed as Standard Webhooks describes, so the receiver can tell that it is Hark’s.'
              : 'Calls are not signed. With a key the receiver can tell that they are Hark’s.'}
            {signing.previousUntil !== null &&
              signing.previousUntil > now &&
              ` The former key signs too until ${fullTime(signing.previousUntil)}.`}
          </div>
        </div>
        <Button small busy={rotate.busy} onClick={() => void make()}>
          {signing.enabled ? 'Rotate key' : 'Make key'}
        </Button>
        {signing.enabled && (
          <Button small look="danger" onClick={() => setRemoving(true)}>
            Remove key
          </Button>
        )}
      </div>
      {secret !== null && (
        <div className="card warn stack" role="status">
          <span>This key is shown this once. Copy it to the receiver now.</span>
          <span className="row">
            <code className="grow pre">{secret}</code>
            <CopyButton text={() => secret} label="Copy key" />
          </span>
        </div>
      )}
      {rotate.error !== null && (
        <p className="field-error" role="alert">
          {rotate.error.message}
        </p>
      )}
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title="Remove the signing key?"
        confirm="Remove key"
        onConfirm={async () => {
          const result = await remove.run({ id: target.id });
          if (!result.ok) return result.error;
          setSigning(result.data.signing);
          setSecret(null);
          return null;
        }}
      >
        Calls are no longer signed. A receiver that checks signatures will refuse them.
      </ConfirmDialog>
    </div>
  );
}

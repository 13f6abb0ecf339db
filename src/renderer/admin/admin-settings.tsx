import { useCallback } from 'react';
import type { AdminGeneral, Role } from '../../shared/domain.ts';
import { useAct, useAsk, useBridge } from '../lib/client.tsx';
import { ROLE_LABELS } from '../lib/labels.ts';
import { RecentDeliveries } from '../ui/deliveries.tsx';
import { SelectField, fieldError } from '../ui/field.tsx';
import { Section } from '../ui/pane.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';
import { SwitchRow } from '../ui/switch-row.tsx';
import { WebhookField } from '../ui/webhook-field.tsx';
import { Connections } from './connections.tsx';

const ROLES: readonly Role[] = ['pending', 'user', 'admin'];

function SignupWebhook({ general, onChanged }: { general: AdminGeneral; onChanged: () => Promise<unknown> }) {
  const bridge = useBridge();
  const deliveries = useAsk(
    'admin.list_deliveries',
    { limit: 10 },
    { enabled: general.hasDeliveryLog, everyMs: 3_000 },
  );
  const save = useCallback(
    async (url: string) => {
      const result = await bridge.request('admin.save_webhook', { url });
      if (result.ok) await onChanged();
      return result;
    },
    [bridge, onChanged],
  );
  const test = useCallback(
    (url: string | undefined) => bridge.request('admin.test_webhook', url === undefined ? {} : { url }),
    [bridge],
  );
  return (
    <>
      <WebhookField
        label="Webhook URL"
        hint="Called when someone signs up."
        stored={general.webhook}
        note={
          general.webhook?.fromEnvironment === true
            ? 'This address comes from WEBHOOK_URL in the server’s environment. Saving another one here replaces it.'
            : null
        }
        onSave={save}
        onTest={test}
      />
      {general.hasDeliveryLog && deliveries.error !== null && (
        <FailurePanel
          error={deliveries.error.error}
          busy={deliveries.isFetching}
          onRetry={() => void deliveries.refetch()}
        />
      )}
      {general.hasDeliveryLog ? (
        <RecentDeliveries
          deliveries={deliveries.data ?? []}
          empty={deliveries.isPending ? 'Loading…' : 'Nobody has signed up since the webhook was set.'}
          onRedeliver={async (id) => {
            const result = await bridge.request('admin.redeliver', { id });
            void deliveries.refetch();
            return result;
          }}
        />
      ) : (
        <p className="small muted">This server keeps no delivery log.</p>
      )}
    </>
  );
}

function SignUps({ general }: { general: AdminGeneral }) {
  const save = useAct('admin.save_general');
  const query = useAsk('admin.get_general', {});
  const change = async (part: { enableSignup?: boolean; defaultRole?: Role }): Promise<void> => {
    await save.run(part);
    await query.refetch();
  };
  return (
    <>
      <SwitchRow
        label="Enable new sign-ups"
        hint="When off, only admins add accounts."
        checked={general.enableSignup}
        disabled={save.busy}
        onChange={(enableSignup) => void change({ enableSignup })}
      />
      <div className="fields">
        <SelectField
          label="Default user role"
          hint="Pending accounts wait until an admin activates them."
          options={ROLES.map((role) => [role, ROLE_LABELS[role]] as const)}
          value={general.defaultRole}
          disabled={save.busy}
          onValue={(defaultRole) => void change({ defaultRole })}
          error={fieldError(save.error, 'defaultRole', true)}
        />
      </div>
    </>
  );
}

/** Sign-ups, the sign-up webhook, and where models come from. */
export function AdminSettings() {
  const general = useAsk('admin.get_general', {});
  if (general.data === undefined) {
    if (general.error === null) return <Loading />;
    return (
      <div className="page">
        <FailurePanel
          error={general.error.error}
          busy={general.isFetching}
          onRetry={() => void general.refetch()}
        />
      </div>
    );
  }
  return (
    <div className="page">
      <h1>Settings</h1>
      <Section title="General">
        <SignupWebhook general={general.data} onChanged={general.refetch} />
        <SignUps general={general.data} />
      </Section>
      <Connections />
    </div>
  );
}

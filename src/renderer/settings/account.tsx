import { useCallback, useState } from 'react';
import type { User } from '../../shared/domain.ts';
import { useAct, useAsk, useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { RecentDeliveries } from '../ui/deliveries.tsx';
import { TextField, fieldError } from '../ui/field.tsx';
import { Section } from '../ui/pane.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';
import { WebhookField } from '../ui/webhook-field.tsx';

function ProfileForm({ user }: { user: User }) {
  const [name, setName] = useState(user.name);
  const save = useAct('account.update_profile');
  const submit = async (): Promise<void> => {
    const result = await save.run({ name: name.trim() });
    if (result.ok) flash('Your name was saved.');
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
      <div className="row">
        <Avatar name={user.name} imageUrl={user.profileImageUrl} />
        <span className="ellipsis muted" title={user.email}>
          {user.email}
        </span>
      </div>
      <TextField
        label="Name"
        autoComplete="name"
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(save.error, 'name', true)}
      />
      <div>
        <Button type="submit" busy={save.busy} disabled={name.trim() === user.name}>
          Update name
        </Button>
      </div>
    </form>
  );
}

function PasswordForm({ email }: { email: string }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useAct('account.change_password');
  const submit = async (): Promise<void> => {
    const result = await change.run({ current, next });
    if (!result.ok) return;
    setCurrent('');
    setNext('');
    flash('Your password was changed.');
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
      {/* Tells a password manager whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <div className="fields">
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          error={fieldError(change.error, 'current', true)}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.target.value)}
          error={fieldError(change.error, 'next')}
        />
      </div>
      <div>
        <Button type="submit" busy={change.busy} disabled={current === '' || next === ''}>
          Change password
        </Button>
      </div>
    </form>
  );
}

/** The one webhook most people need. */
function NotificationWebhook() {
  const bridge = useBridge();
  const webhook = useAsk('webhook.get', {});
  const resume = useAct('target.resume');
  const save = useCallback(
    async (url: string) => {
      const result = await bridge.request('webhook.save', { url });
      if (result.ok) await webhook.refetch();
      return result;
    },
    [bridge, webhook],
  );
  const test = useCallback(
    (url: string | undefined) => bridge.request('webhook.test', url === undefined ? {} : { url }),
    [bridge],
  );
  if (webhook.data === undefined) {
    if (webhook.error === null) return <Loading />;
    return (
      <FailurePanel
        error={webhook.error.error}
        busy={webhook.isFetching}
        onRetry={() => void webhook.refetch()}
      />
    );
  }
  const stored = webhook.data;
  return (
    <>
      {stored?.paused != null && (
        <div className="card bad row wrap" role="alert">
          <span className="grow">
            <strong>Hark stopped sending there.</strong> {stored.paused.words}
          </span>
          <Button
            small
            busy={resume.busy}
            onClick={() => void resume.run({ id: stored.id }).then(() => webhook.refetch())}
          >
            Resume
          </Button>
        </div>
      )}
      <WebhookField
        label="Notification Webhook"
        hint="Called when an answer is ready and you are not looking. Slack, Discord, Teams, ntfy and others are recognised; any other address gets plain JSON."
        stored={stored}
        onSave={save}
        onTest={test}
      />
    </>
  );
}

function LastDeliveries() {
  const bridge = useBridge();
  const list = useAsk('delivery.list', { scope: 'user', limit: 10 });
  if (list.error !== null && list.data === undefined) {
    return (
      <FailurePanel error={list.error.error} busy={list.isFetching} onRetry={() => void list.refetch()} />
    );
  }
  return (
    <>
      <RecentDeliveries
        deliveries={list.data?.items ?? []}
        empty={
          list.isPending
            ? 'Loading…'
            : 'Nothing was sent or held back yet. Ask something slow, look away, and it shows up here.'
        }
        onRedeliver={(id) => bridge.request('delivery.redeliver', { id })}
      />
      {list.data?.more === true && (
        <a className="small" href="#log">
          See the whole delivery log
        </a>
      )}
    </>
  );
}

/** Name, password, and the webhook. */
export function Account({ user }: { user: User }) {
  return (
    <div className="page">
      <h1>Account</h1>
      <Section title="Webhook">
        <NotificationWebhook />
        <LastDeliveries />
      </Section>
      <Section title="Profile">
        <ProfileForm user={user} />
      </Section>
      <Section title="Password">
        <PasswordForm email={user.email} />
      </Section>
    </div>
  );
}

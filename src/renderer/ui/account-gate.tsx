import type { ReactNode } from 'react';
import type { AccountState, ServerInfo, User } from '../../shared/domain.ts';
import { useAct, useAsk } from '../lib/client.tsx';
import { useOpenWindow } from '../lib/windows.ts';
import { Button } from './button.tsx';
import { FailurePanel, Loading, StatePanel } from './states.tsx';

type SignedIn = Extract<AccountState, { status: 'signed_in' }>;

/** The server does not answer: why, and Retry. */
export function UnreachablePanel({ server, words }: { server: ServerInfo; words: string }) {
  const retry = useAct('account.retry');
  return (
    <StatePanel
      page
      title={`${server.embedded ? 'Hark’s own server' : server.name || 'The server'} cannot be reached`}
      action={
        <Button look="primary" busy={retry.busy} onClick={() => void retry.run({})}>
          Retry
        </Button>
      }
    >
      <p role="alert">{retry.error?.message ?? words}</p>
      <p className="small">{server.url}</p>
    </StatePanel>
  );
}

/** The account waits for an admin. */
export function PendingPanel({ user, server }: { user: User; server: ServerInfo }) {
  const retry = useAct('account.retry');
  const signOut = useAct('account.sign_out');
  return (
    <StatePanel
      page
      title="Your account waits for approval"
      action={
        <>
          <Button look="primary" busy={retry.busy} onClick={() => void retry.run({})}>
            Check again
          </Button>
          <Button busy={signOut.busy} onClick={() => void signOut.run({})}>
            Sign out
          </Button>
        </>
      }
    >
      <p>
        {user.email} is registered on {server.name || server.url}. An admin has to activate it before you can
        chat.
      </p>
      {(retry.error ?? signOut.error) !== null && (
        <p className="field-error" role="alert">
          {(retry.error ?? signOut.error)?.message}
        </p>
      )}
    </StatePanel>
  );
}

/** Shows its content to someone signed in; otherwise the words for where the account stands. */
export function AccountGate({
  children,
  signedOut,
}: {
  children: (user: User, server: ServerInfo) => ReactNode;
  /** What to show when signed out; by default a way to the chat window. */
  signedOut?: (state: Extract<AccountState, { status: 'signed_out' }>) => ReactNode;
}) {
  const query = useAsk('account.get_state', {});
  const openWindow = useOpenWindow();
  const state = query.data;
  if (state === undefined) {
    if (query.error === null) return <Loading page words="Starting Hark…" />;
    return (
      <StatePanel page title="Hark does not answer">
        <FailurePanel
          error={query.error.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      </StatePanel>
    );
  }
  switch (state.status) {
    case 'starting':
      return <Loading page words="Starting Hark…" />;
    case 'unreachable':
      return <UnreachablePanel server={state.server} words={state.words} />;
    case 'pending':
      return <PendingPanel user={state.user} server={state.server} />;
    case 'signed_out':
      return (
        signedOut?.(state) ?? (
          <StatePanel
            page
            title="You are signed out"
            action={
              <Button look="primary" onClick={() => void openWindow('chat')}>
                Open the chat window
              </Button>
            }
          >
            <p>{state.words ?? 'Sign in from the chat window; then this page shows your settings.'}</p>
          </StatePanel>
        )
      );
    case 'signed_in':
      return children((state satisfies SignedIn).user, state.server);
  }
}

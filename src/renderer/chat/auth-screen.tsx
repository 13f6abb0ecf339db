import { useState } from 'react';
import type { AccountState } from '../../shared/domain.ts';
import { useAct } from '../lib/client.tsx';
import { Button } from '../ui/button.tsx';
import { TextField, fieldError } from '../ui/field.tsx';

type SignedOut = Extract<AccountState, { status: 'signed_out' }>;

/** Sign-in and sign-up. On a server without accounts the first sign-up makes its admin. */
export function AuthScreen({ state }: { state: SignedOut }) {
  const { server } = state;
  const [signUp, setSignUp] = useState(server.onboarding);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useAct('account.sign_in');
  const create = useAct('account.sign_up');
  const creating = signUp || server.onboarding;
  const act = creating ? create : signIn;
  const generalError = act.error !== null && act.error.field === undefined ? act.error.message : null;

  const submit = async (): Promise<void> => {
    if (creating) await create.run({ name: name.trim(), email: email.trim(), password });
    else await signIn.run({ email: email.trim(), password });
  };
  const turn = (): void => {
    signIn.clear();
    create.clear();
    setSignUp(!creating);
  };
  const title = server.onboarding
    ? 'Welcome to Hark'
    : creating
      ? 'Create your account'
      : `Sign in to ${server.embedded ? 'Hark' : server.name || 'your server'}`;

  return (
    <main className="auth">
      <form
        className="auth-card stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1>{title}</h1>
        {server.onboarding ? (
          <p className="muted">
            Create the first account – it becomes this Hark’s admin.
            {server.embedded && ' It is kept on this computer only.'}
          </p>
        ) : (
          !server.embedded && <p className="muted small ellipsis">{server.url}</p>
        )}
        {state.words !== undefined && !creating && (
          <p className="card warn" role="status">
            {state.words}
          </p>
        )}
        {creating && (
          <TextField
            label="Name"
            autoComplete="name"
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fieldError(act.error, 'name')}
          />
        )}
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          autoFocus={!creating}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={fieldError(act.error, 'email')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete={creating ? 'new-password' : 'current-password'}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={fieldError(act.error, 'password')}
        />
        {generalError !== null && (
          <p className="card bad" role="alert">
            {generalError}
          </p>
        )}
        <Button type="submit" look="primary" busy={act.busy}>
          {creating ? 'Create account' : 'Sign in'}
        </Button>
        {!server.onboarding && (server.signupOpen || creating) && (
          <p className="small muted">
            {creating ? 'You have an account? ' : 'No account yet? '}
            <button type="button" className="link-button" onClick={turn}>
              {creating ? 'Back to sign-in' : 'Sign up'}
            </button>
          </p>
        )}
        {!server.onboarding && !server.signupOpen && !creating && (
          <p className="small muted">This server takes no new sign-ups. Ask its admin for an account.</p>
        )}
      </form>
    </main>
  );
}

import { AccountGate } from '../ui/account-gate.tsx';
import { AuthScreen } from './auth-screen.tsx';
import { ChatWindow } from './chat-window.tsx';
import './chat.css';

/** The chat window: sign-in first, then chats. */
export function App() {
  return (
    <AccountGate signedOut={(state) => <AuthScreen state={state} />}>
      {(user, server) => <ChatWindow key={`${server.id}/${user.id}`} user={user} />}
    </AccountGate>
  );
}

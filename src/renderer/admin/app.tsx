import { Settings as SettingsIcon, ShieldAlert, Users as UsersIcon } from 'lucide-react';
import { useSection } from '../lib/use-section.ts';
import { AccountGate } from '../ui/account-gate.tsx';
import { Pane } from '../ui/pane.tsx';
import { StatePanel } from '../ui/states.tsx';
import { AdminSettings } from './admin-settings.tsx';
import { Users } from './users.tsx';
import './admin.css';

const IDS = ['settings', 'users'] as const;
const SECTIONS = [
  { id: 'settings' as const, title: 'Settings', icon: <SettingsIcon size={18} aria-hidden="true" /> },
  { id: 'users' as const, title: 'Users', icon: <UsersIcon size={18} aria-hidden="true" /> },
];

/** The admin window. Who is no admin sees words and no data; the server checks again. */
export function App() {
  const [section, go] = useSection(IDS);
  return (
    <AccountGate>
      {(user) =>
        user.role === 'admin' ? (
          <Pane label="Admin" sections={SECTIONS} current={section} onGo={go}>
            {section === 'settings' ? <AdminSettings /> : <Users me={user} />}
          </Pane>
        ) : (
          <StatePanel page title="For admins only" icon={<ShieldAlert size={32} aria-hidden="true" />}>
            <p>
              You are signed in as {user.email}, who is no admin of this server. Ask an admin if you need
              something changed here.
            </p>
          </StatePanel>
        )
      }
    </AccountGate>
  );
}

import { Bell, Info, ListChecks, Palette, UserRound } from 'lucide-react';
import { useSection } from '../lib/use-section.ts';
import { AccountGate } from '../ui/account-gate.tsx';
import { Pane } from '../ui/pane.tsx';
import { About } from './about.tsx';
import { Account } from './account.tsx';
import { Appearance } from './appearance.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { Notifications } from './notifications.tsx';

const IDS = ['account', 'notifications', 'log', 'appearance', 'about'] as const;
type SectionId = (typeof IDS)[number];
const SECTIONS = [
  { id: 'account', title: 'Account', icon: <UserRound size={18} aria-hidden="true" /> },
  { id: 'notifications', title: 'Notifications', icon: <Bell size={18} aria-hidden="true" /> },
  { id: 'log', title: 'Delivery log', icon: <ListChecks size={18} aria-hidden="true" /> },
  { id: 'appearance', title: 'Appearance', icon: <Palette size={18} aria-hidden="true" /> },
  { id: 'about', title: 'About', icon: <Info size={18} aria-hidden="true" /> },
] satisfies { id: SectionId; title: string; icon: unknown }[];

function Page({ section }: { section: SectionId }) {
  switch (section) {
    case 'appearance':
      return <Appearance />;
    case 'about':
      return <About />;
    case 'account':
      return <AccountGate>{(user) => <Account key={user.id} user={user} />}</AccountGate>;
    case 'notifications':
      return <AccountGate>{(user) => <Notifications key={user.id} user={user} />}</AccountGate>;
    case 'log':
      return <AccountGate>{(user) => <DeliveryLog key={user.id} user={user} />}</AccountGate>;
  }
}

/** The settings window. Appearance and About work without an account. */
export function App() {
  const [section, go] = useSection(IDS);
  return (
    <Pane label="Settings" sections={SECTIONS} current={section} onGo={go}>
      <Page section={section} />
    </Pane>
  );
}
